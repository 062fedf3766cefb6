import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defineVerb } from "#clients/cli/command.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { dispatch, verbGroups } from "#clients/cli/dispatch.ts";
import { nearest } from "#shared/platform/did-you-mean.ts";
import { aSession } from "./a-command-context.ts";

const { session } = aSession();

const paint = defineVerb({
  name: "paint",
  summary: "Paints.",
  examples: ["paint north --colour red"],
  operands: ["WALL"],
  options: {
    colour: { value: "COLOUR", multiple: true, required: true, help: "which" },
    coats: { value: "N", help: "how many" },
    wet: { help: "do not wait" },
  },
  async run({ operand, text, list, flag }) {
    return {
      text: "done",
      json: { wall: operand("WALL"), colours: list("colour"), coats: text("coats"), wet: flag("wet") },
    };
  },
});

const hang = defineVerb({
  name: "hang",
  summary: "Hangs.",
  examples: ["hang lion north", "hang lion south"],
  operands: ["PICTURE", "WALL"],
  options: {},
  run: async ({ operand }) => ({ text: `${operand("PICTURE")} on ${operand("WALL")}`, json: null }),
});

const sweep = defineVerb({
  name: "sweep",
  summary: "Sweeps.",
  examples: ["sweep"],
  options: { room: { value: "ROOM", multiple: true, help: "where" } },
  run: async ({ list }) => ({ text: "done", json: list("room") }),
});

describe("a verb", () => {
  it("gets what the user gave, in any order", async () => {
    const outcome = await paint.run(["--colour", "red", "--wet", "north", "--colour=blue"], session);
    expect(outcome?.json).toEqual({ wall: "north", colours: ["red", "blue"], coats: undefined, wet: true });
  });

  it("takes several values after one option, where the option may be given several times", async () => {
    const outcome = await sweep.run(["--room", "hall", "attic", "--room", "cellar"], session);
    expect(outcome?.json).toEqual(["hall", "attic", "cellar"]);
  });

  it("tells its operands apart by their order, and asks for those that are missing", async () => {
    expect((await hang.run(["lion", "north"], session))?.text).toBe("lion on north");
    await expect(hang.run(["lion"], session)).rejects.toThrow("hang needs WALL.\nUsage: hang PICTURE WALL [options]");
    await expect(hang.run([], session)).rejects.toThrow("hang needs PICTURE and WALL.");
    await expect(hang.run(["lion", "north", "east"], session)).rejects.toThrow("'east' is one argument too many.");
  });

  it.each([
    [["north"], "paint needs --colour."],
    [["--colour", "red"], "paint needs WALL."],
    [[], "paint needs WALL and --colour."],
    [["north", "south", "--colour", "red"], "'south' is one argument too many."],
    [["north", "--color", "red"], "There is no option --color. Did you mean --colour?"],
    [["north", "-x"], "There is no option -x."],
    [["north", "--colour"], "--colour takes a value: COLOUR."],
    [["north", "--colour", "red", "--wet=yes"], "--wet takes no value."],
    [["north", "--colour", "red", "--coats", "1", "--coats", "2"], "--coats is given twice."],
  ])("refuses %j and says why", async (args, message) => {
    const refusal: unknown = await paint.run(args, session).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CliError);
    expect(refusal).toMatchObject({
      exit: exitCodes.usage,
      message: `${message}\nUsage: paint WALL --colour COLOUR... [options]`,
    });
  });

  it("explains itself before anything else", async () => {
    const text = (await paint.run(["--help"], session))?.text;
    expect(text).toContain("Usage: npm run activity -- paint WALL --colour COLOUR... [options]");
    expect(text).toMatch(/^ {2}--coats N {8,}how many$/m);
    expect(text).toMatch(/^Example\n {2}npm run activity -- paint north --colour red$/m);
    expect((await hang.run(["--help"], session))?.text).toMatch(/^Examples\n.* hang lion north\n.* hang lion south$/m);
    expect(text).not.toContain("Exit codes");
  });
});

describe("the command line", () => {
  const complaint = async (...args: string[]) => {
    try {
      await dispatch(args, session);
      return null;
    } catch (error) {
      return error instanceof CliError ? error.message.split("\n")[0] : null;
    }
  };

  it("lists every verb in its help, and those of a group in the group's", async () => {
    const all = await dispatch(["--help"], session);
    for (const verb of ["org create", "token revoke", "emit", "rejected retry", "webhooks listen"])
      expect(all?.text).toMatch(new RegExp(`^ {2}${verb} {2,}[A-Z]`, "m"));
    expect(all?.text).toMatch(/^Events\n {2}emit /m);
    expect(all?.text).toMatch(/^ {2}3 {2}done, but not whole: some events were rejected, or an answer was cut$/m);
    const group = await dispatch(["token", "--help"], session);
    expect(group?.text).toContain("token list");
    expect(group?.text).not.toContain("org list");
  });

  it.each([
    [["help"], ["--help"]],
    [["-h"], ["--help"]],
    [
      ["help", "list"],
      ["list", "--help"],
    ],
    [
      ["list", "-h"],
      ["list", "--help"],
    ],
    [
      ["help", "token", "create"],
      ["token", "create", "--help"],
    ],
    [
      ["help", "token"],
      ["token", "--help"],
    ],
  ])("takes %j for %j", async (written, meant) => {
    const help = await dispatch(written, session);
    expect(help?.text).toMatch(/^Usage: npm run activity -- /);
    expect(help).toEqual(await dispatch(meant, session));
  });

  it("shows no general help for a verb that there is not", async () => {
    expect(await complaint("help", "lst")).toBe("There is no verb 'lst'. Did you mean list?");
    expect(await complaint("token", "make", "-h")).toMatch(/^There is no verb 'token make'\./);
  });

  it("has the version of the package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(await dispatch(["--version"], session)).toEqual({ text: version, json: { version } });
  });

  it("knows where API clients and keys are listed", async () => {
    expect(await complaint("client", "list")).toBe(
      "There is no verb 'client list'. token list shows API clients, too.",
    );
    expect(await complaint("key", "list")).toBe("There is no verb 'key list'. token list shows API keys, too.");
    expect(await complaint("constructor", "list")).toMatch(/^There is no verb 'constructor list'\./);
  });

  const examples = Object.values(verbGroups).flatMap((group) =>
    group.flatMap(({ name, examples }) => examples.map((example) => ({ name, example }))),
  );

  it.each(examples)("has an example that is right: $example", async ({ name, example }) => {
    expect(`${example} `).toMatch(new RegExp(`^${name} `));
    const args = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      ([, one, two, bare]) => one ?? two ?? bare ?? "",
    );
    // All that is checked before the stack is looked for is right.
    const ended = await dispatch(args, session).catch((error: unknown) => error);
    if (name === "review list") expect(ended).toHaveProperty("text");
    else expect(ended).toMatchObject({ message: expect.stringMatching(/^No local stack is running/) });
  });

  it("suggests what was meant", async () => {
    expect(await complaint("lst")).toBe("There is no verb 'lst'. Did you mean list?");
    expect(await complaint("tokn", "create")).toBe("There is no verb 'tokn create'. Did you mean token create?");
    expect(await complaint("token", "make")).toMatch(/^There is no verb 'token make'\./);
    expect(await complaint("xyzzy")).toBe("There is no verb 'xyzzy'.");
    expect(await complaint("org")).toBe("Say which: org create, org update, org suspend, org resume, org list.");
    expect(await complaint()).toBe("Say what to do.");
  });

  it("says how to get a stack where there is none", async () => {
    expect(await complaint("list")).toMatch(/^No local stack is running: start one with npm start/);
  });

  it("checks what it can before it asks the stack", async () => {
    const create = ["token", "create", "--org", "org_1", "--scope"];
    expect(await complaint(...create, "AIBooks.activity.WRITE")).toMatch(/Did you mean AIBooks\.activity\.READ\?/);
    expect(await complaint(...create, "AIBooks.activity.READ", "--expires", "soon")).toMatch(/^--expires takes a time/);
    expect(await complaint("rejected", "list", "--limit", "0")).toMatch(/^--limit takes a whole number/);
  });
});

it("finds the nearest word, and none that is far", () => {
  const words = ["list", "emit", "org create"];
  expect(["lits", "EMIT", "orgcreate", "delete"].map((word) => nearest(word, words))).toEqual([
    "list",
    "emit",
    "org create",
    null,
  ]);
});

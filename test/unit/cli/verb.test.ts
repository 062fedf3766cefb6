import { describe, expect, it } from "vitest";
import { dispatch } from "../../../clients/cli/dispatch.ts";
import { CliError, exitCodes } from "../../../clients/cli/outcome.ts";
import { defineVerb } from "../../../clients/cli/verb.ts";
import { nearest } from "../../../shared/events/nearest.ts";
import { aSession } from "./a-session.ts";

const { session } = aSession();

const paint = defineVerb({
  name: "paint",
  summary: "Paints.",
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
  operands: ["PICTURE", "WALL"],
  options: {},
  run: async ({ operand }) => ({ text: `${operand("PICTURE")} on ${operand("WALL")}`, json: null }),
});

const sweep = defineVerb({
  name: "sweep",
  summary: "Sweeps.",
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
    expect(text).toMatch(/^ {2}3 {2}done, but not whole: some events were rejected, or an answer was cut$/m);
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
    for (const verb of ["org create", "token revoke", "emit FILE.ndjson|-", "rejected retry", "webhooks listen"])
      expect(all?.text).toContain(verb);
    const group = await dispatch(["token", "--help"], session);
    expect(group?.text).toContain("token list");
    expect(group?.text).not.toContain("org list");
  });

  it("suggests what was meant", async () => {
    expect(await complaint("lst")).toBe("There is no verb 'lst'. Did you mean list?");
    expect(await complaint("tokn", "create")).toBe("There is no verb 'tokn create'. Did you mean token create?");
    expect(await complaint("token", "make")).toMatch(/^There is no verb 'token make'\./);
    expect(await complaint("xyzzy")).toBe("There is no verb 'xyzzy'.");
    expect(await complaint("org")).toBe("Say which: org create, org update, org suspend, org resume, org list.");
    expect(await complaint()).toMatch(/^Say what to do: org create, org update, org suspend, org resume, org list/);
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

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { commandGroups, dispatch } from "#clients/cli/dispatch.ts";
import { formatCommandPrefix } from "#clients/cli/environment.ts";
import { findNearest } from "#shared/platform/did-you-mean.ts";
import { aCommandContext } from "./command-context.ts";

const { context } = aCommandContext();

const paint = defineCommand({
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

const hang = defineCommand({
  name: "hang",
  summary: "Hangs.",
  examples: ["hang lion north", "hang lion south"],
  operands: ["PICTURE", "WALL"],
  options: {},
  run: async ({ operand }) => ({ text: `${operand("PICTURE")} on ${operand("WALL")}`, json: null }),
});

const sweep = defineCommand({
  name: "sweep",
  summary: "Sweeps.",
  examples: ["sweep"],
  options: { room: { value: "ROOM", multiple: true, help: "where" } },
  run: async ({ list }) => ({ text: "done", json: list("room") }),
});

const runPaint = (args: readonly string[], over: typeof context) =>
  paint.run(args, over).catch((error: unknown) => error);

describe("parsed command", () => {
  it("receives operands and options in any order", async () => {
    const outcome = await paint.run(["--colour", "red", "--wet", "north", "--colour=blue"], context);
    expect(outcome?.json).toEqual({ wall: "north", colours: ["red", "blue"], coats: undefined, wet: true });
  });

  it("accepts several values after a repeatable option", async () => {
    const outcome = await sweep.run(["--room", "hall", "attic", "--room", "cellar"], context);
    expect(outcome?.json).toEqual(["hall", "attic", "cellar"]);
  });

  it("assigns operands in order, and throws for missing ones", async () => {
    expect((await hang.run(["lion", "north"], context))?.text).toBe("lion on north");
    await expect(hang.run(["lion"], context)).rejects.toThrow("hang needs WALL.\nUsage: hang PICTURE WALL [options]");
    await expect(hang.run([], context)).rejects.toThrow("hang needs PICTURE and WALL.");
    await expect(hang.run(["lion", "north", "east"], context)).rejects.toThrow("Unexpected argument 'east'.");
  });

  it.each([
    [["north"], "paint needs --colour."],
    [["--colour", "red"], "paint needs WALL."],
    [[], "paint needs WALL and --colour."],
    [["north", "south", "--colour", "red"], "Unexpected argument 'south'."],
    [["north", "--color", "red"], "Unknown option --color. Did you mean --colour?"],
    [["north", "-x"], "Unknown option -x. Options: --colour, --coats, --wet, --stack, --json, --help."],
    [["north", "--colour"], "--colour needs a value: COLOUR."],
    [["north", "--colour", "red", "--wet=yes"], "--wet takes no value."],
    [["north", "--colour", "red", "--coats", "1", "--coats", "2"], "--coats can be given only once."],
  ])("rejects %j with a reason", async (args, message) => {
    const refusal: unknown = await paint.run(args, context).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CliError);
    expect(refusal).toMatchObject({
      exit: exitCodes.usage,
      message: `${message}\nUsage: paint WALL --colour COLOUR... [options]`,
    });
  });

  it("throws a usage error when npm consumed an option", async () => {
    const npm = aCommandContext({ isNpmOption: (name) => name === "wet" || name === "json" }).context;
    const error = await runPaint(["north", "--colour", "red"], npm);
    expect(error).toMatchObject({
      exit: exitCodes.usage,
      message: "npm has taken --wet for itself. Write -- first: npm run activity -- paint --wet …",
    });
    expect(await runPaint(["north", "--colour", "red", "--wet"], npm)).toMatchObject({ text: "done" });
  });

  it("shows its help before any other check", async () => {
    const text = (await paint.run(["--help"], context))?.text;
    expect(text).toContain("Usage: npm run activity -- paint WALL --colour COLOUR... [options]");
    expect(text).toMatch(/^ {2}--coats N {8,}how many$/m);
    expect(text).toMatch(/^Example\n {2}npm run activity -- paint north --colour red$/m);
    expect((await hang.run(["--help"], context))?.text).toMatch(/^Examples\n.* hang lion north\n.* hang lion south$/m);
    expect(text).not.toContain("Exit codes");
  });
});

describe("command line", () => {
  const complaint = async (...args: string[]) => {
    try {
      await dispatch(args, context);
      return null;
    } catch (error) {
      return error instanceof CliError ? error.message.split("\n")[0] : null;
    }
  };

  it("lists all commands in its help, and the commands of a group in the group's help", async () => {
    const all = await dispatch(["--help"], context);
    for (const command of ["org create", "token revoke", "emit", "rejected retry", "webhooks listen"])
      expect(all?.text).toMatch(new RegExp(`^ {2}${command} {2,}[A-Z]`, "m"));
    expect(all?.text).toMatch(/^Events\n {2}emit /m);
    expect(all?.text).toMatch(/^ {2}3 {2}incomplete: some events were rejected, or a result was cut$/m);
    const group = await dispatch(["token", "--help"], context);
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
    [
      ["help", "webhooks"],
      ["webhooks", "--help"],
    ],
    [
      ["webhooks", "help"],
      ["webhooks", "--help"],
    ],
    [["help", "help"], ["--help"]],
  ])("resolves %j to %j", async (written, meant) => {
    const help = await dispatch(written, context);
    expect(help?.text).toMatch(/^Usage: npm run activity -- /);
    expect(help).toEqual(await dispatch(meant, context));
  });

  it.each([
    [undefined, true, "npm run activity --"],
    ["activity", true, "npm run activity --"],
    [undefined, false, "activity"],
    ["report", false, "activity"],
    ["activity", false, "npm run activity --"],
    ["npx", false, "npx @activity-log/cli"],
  ])("is called as it was started: by the npm script %s, from source: %s", async (script, fromSource, prefix) => {
    const started = { ...context, commandPrefix: formatCommandPrefix(script, fromSource) };
    const general = await dispatch(["help"], started);
    expect(general?.text).toContain(`Usage: ${prefix} COMMAND [options]\n`);
    expect(general?.text.includes("The -- is needed")).toBe(prefix === "npm run activity --");
    const { text = "" } = (await dispatch(["help", "org", "list"], started)) ?? {};
    expect(text).toMatch(new RegExp(`^Usage: ${prefix} org list `));
    expect(text).toContain(`\n  ${prefix} org list`);
    await expect(dispatch(["lst"], started)).rejects.toThrow(`${prefix} help lists all commands.`);
  });

  it("prints all commands with their own options as Markdown", async () => {
    const { text = "" } = (await dispatch(["help", "--markdown"], context)) ?? {};
    const names = Object.values(commandGroups).flatMap((group) => group.map(({ name }) => name));
    expect([...text.matchAll(/^### (.+)$/gm)].map(([, name]) => name)).toEqual(names);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(Object.keys(commandGroups));
    expect(text).toContain("| `--only failed\\|all` | failed: only undelivered events");
    expect(text).toContain("```sh\nactivity list [options]\n```");
    expect(text).not.toContain("--stack NAME");
  });

  it("shows no general help for an unknown command", async () => {
    expect(await complaint("help", "lst")).toBe("Unknown command 'lst'. Did you mean list?");
    expect(await complaint("token", "make", "-h")).toMatch(/^Unknown command 'token make'\./);
  });

  it("prints the version of the package", async () => {
    const { version } = JSON.parse(readFileSync("clients/cli/package.json", "utf8"));
    expect(await dispatch(["--version"], context)).toEqual({ text: version, json: { version } });
  });

  it("refers to the command that lists API clients and keys", async () => {
    expect(await complaint("client", "list")).toBe(
      "Unknown command 'client list'. Use token list, which shows API clients too.",
    );
    expect(await complaint("key", "list")).toBe(
      "Unknown command 'key list'. Use token list, which shows API keys too.",
    );
    expect(await complaint("constructor", "list")).toMatch(/^Unknown command 'constructor list'\./);
  });

  const examples = Object.values(commandGroups).flatMap((group) =>
    group.flatMap(({ name, examples }) => examples.map((example) => ({ name, example }))),
  );

  it.each(examples)("has a valid example: $example", async ({ name, example }) => {
    expect(`${example} `).toMatch(new RegExp(`^${name} `));
    const args = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
      ([, one, two, bare]) => one ?? two ?? bare ?? "",
    );
    // All that is checked before the stack is looked for is right.
    const ended = await dispatch(args, context).catch((error: unknown) => error);
    if (name === "audit list") expect(ended).toHaveProperty("text");
    else if (name === "verify")
      expect(ended instanceof Error ? ended.message : Object(ended).text).toMatch(/Cannot read /);
    else expect(ended).toMatchObject({ message: expect.stringMatching(/^No local stack is running/) });
  });

  it("suggests the most similar command", async () => {
    expect(await complaint("lst")).toBe("Unknown command 'lst'. Did you mean list?");
    expect(await complaint("tokn", "create")).toBe("Unknown command 'tokn create'. Did you mean token create?");
    expect(await complaint("token", "make")).toMatch(/^Unknown command 'token make'\./);
    expect(await complaint("xyzzy")).toBe("Unknown command 'xyzzy'.");
    expect(await complaint("org")).toBe("Give one of org create, org update, org suspend, org resume, org list.");
    expect(await complaint()).toBe("Give a command.");
    expect(await complaint("--stack", "dev", "list")).toMatch(/^Options follow the command: .+ COMMAND \[options\]\.$/);
  });

  it("explains how to start a stack when none is running", async () => {
    expect(await complaint("list")).toMatch(/^No local stack is running. Start one with npm start/);
  });

  it("validates arguments before it calls the stack", async () => {
    const create = ["token", "create", "--org", "org_1", "--scope"];
    expect(await complaint(...create, "AIBooks.activity.WRITE")).toMatch(/Did you mean AIBooks\.activity\.READ\?/);
    expect(await complaint(...create, "AIBooks.activity.READ", "--expires", "soon")).toMatch(
      /^--expires must be a duration/,
    );
    expect(await complaint("rejected", "list", "--limit", "0")).toMatch(/^--limit must be a whole number/);
  });
});

it("findNearest returns the most similar word, or null when none is similar", () => {
  const words = ["list", "emit", "org create"];
  expect(["lits", "EMIT", "orgcreate", "delete"].map((word) => findNearest(word, words))).toEqual([
    "list",
    "emit",
    "org create",
    null,
  ]);
});

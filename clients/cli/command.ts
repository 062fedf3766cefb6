import { parseArgs } from "node:util";
import { suggestion } from "#shared/platform/did-you-mean.ts";
import type { Session } from "./command-context.ts";
import { CliError, type Outcome } from "./command-result.ts";

export type Option = {
  readonly help: string;
  /** What the value is called in the help; an option without one is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: true;
  readonly required?: true;
};

/** What the user gave, by the names that the verb declares. */
export type Given<Name extends string, Operand extends string = never> = {
  /** An argument that is no option. */
  operand(name: Operand): string;
  text(name: Name): string | undefined;
  list(name: Name): readonly string[];
  flag(name: Name): boolean;
};

export type Definition<Name extends string, Operand extends string> = {
  readonly name: string;
  readonly summary: string;
  /** Command lines that begin with the name; the help shows them. */
  readonly examples: readonly [string, ...string[]];
  /** In their order. */
  readonly operands?: readonly Operand[];
  readonly options: Readonly<Record<Name, Option>>;
  run(given: Given<Name | CommonName, Operand>, session: Session): Promise<Outcome | null>;
};

export type Verb = {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly examples: readonly string[];
  /** Answers `null` where all was shown on the way. Throws `CliError` where the arguments are wrong. */
  run(args: readonly string[], session: Session): Promise<Outcome | null>;
};

const commonOptions = {
  stack: { value: "NAME", help: "a deployed stack, instead of the local one" },
  json: { help: "one JSON document on stdout, nothing else" },
  help: { help: "this text" },
} satisfies Record<string, Option>;

type CommonName = keyof typeof commonOptions;

/** Makes a verb of its definition: every verb parses, checks and explains itself in the same way. */
export function defineVerb<Name extends string, Operand extends string = never>({
  name,
  summary,
  examples,
  operands = [],
  run,
  ...own
}: Definition<Name, Operand>): Verb {
  const options = new Map<string, Option>([...Object.entries<Option>(own.options), ...Object.entries(commonOptions)]);
  const required = [...options].filter(([, option]) => option.required);
  const shape = [name, ...operands, ...required.map(([key, option]) => written(key, option)), "[options]"];
  const usage = shape.join(" ");
  return {
    name,
    summary,
    usage,
    examples,
    async run(args, session) {
      const given = parse(args, options, usage);
      if (given.flag("help")) {
        const text = verbHelp({ usage, summary, examples }, options);
        return { text, json: { help: text } };
      }
      const missing = required.filter(([key]) => given.list(key).length === 0);
      const lacking = [...operands.slice(given.operands.length), ...missing.map(([key]) => `--${key}`)];
      if (lacking.length > 0) throw misuse(`${name} needs ${lacking.join(" and ")}.`, usage);
      const extra = given.operands[operands.length];
      if (extra !== undefined) throw misuse(`'${extra}' is one argument too many.`, usage);
      return run({ ...given, operand: (asked) => given.operands[operands.indexOf(asked)] ?? "" }, session);
    },
  };
}

function parse(args: readonly string[], options: ReadonlyMap<string, Option>, usage: string) {
  const config = Object.fromEntries(
    [...options].map(([key, { value }]) => [
      key,
      { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({ args, options: config, strict: false, allowPositionals: true, tokens: true });
  const operands: string[] = [];
  const values = new Map<string, string[]>();
  let open: string[] | undefined;
  for (const token of tokens) {
    // `--org A B` means the same as `--org A --org B`.
    if (token.kind === "positional") (open ?? operands).push(token.value);
    if (token.kind !== "option") continue;
    const option = options.get(token.name);
    if (option === undefined) {
      const names = [...options.keys()].map((key) => `--${key}`);
      throw misuse(`There is no option ${token.rawName}.${suggestion(token.rawName, names)}`, usage);
    }
    if ((option.value === undefined) !== (token.value === undefined)) {
      throw misuse(
        `${token.rawName} takes ${option.value === undefined ? "no value" : `a value: ${option.value}`}.`,
        usage,
      );
    }
    if (values.has(token.name) && option.multiple !== true) throw misuse(`${token.rawName} is given twice.`, usage);
    const all = [...(values.get(token.name) ?? []), token.value ?? ""];
    values.set(token.name, all);
    open = option.multiple === true ? all : undefined;
  }
  return {
    operands,
    text: (name: string) => values.get(name)?.[0],
    list: (name: string) => values.get(name) ?? [],
    flag: (name: string) => values.has(name),
  };
}

function misuse(message: string, usage: string): CliError {
  return new CliError("usage", `${message}\nUsage: ${usage}`);
}

function verbHelp(
  { usage, summary, examples }: Pick<Verb, "usage" | "summary" | "examples">,
  options: ReadonlyMap<string, Option>,
): string {
  const rows = [...options].map(([key, option]) => [written(key, option), option.help] as const);
  const width = Math.max(...rows.map(([option]) => option.length));
  const lines = rows.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
  const shown = examples.map((example) => `  npm run activity -- ${example}`);
  return [
    `Usage: npm run activity -- ${usage}`,
    ...["", summary],
    ...["", "Options", ...lines],
    ...["", examples.length === 1 ? "Example" : "Examples", ...shown],
  ].join("\n");
}

function written(key: string, { value, multiple }: Option): string {
  return `--${key}${value === undefined ? "" : ` ${value}`}${multiple ? "..." : ""}`;
}

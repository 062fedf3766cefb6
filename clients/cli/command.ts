import { parseArgs } from "node:util";
import { formatSuggestion } from "#shared/platform/did-you-mean.ts";
import type { CommandContext } from "./command-context.ts";
import { type CommandDescription, type CommandOption, commonOptions, formatOption } from "./command-description.ts";
import { formatCommandHelp } from "./command-help.ts";
import { CliError, type CommandResult } from "./command-result.ts";

/** The parsed arguments, by the names that the command declares. */
export type ParsedArgs<Name extends string, Operand extends string = never> = {
  /** A positional argument. */
  operand(name: Operand): string;
  /** All positional arguments. */
  readonly operands: readonly string[];
  text(name: Name): string | undefined;
  list(name: Name): readonly string[];
  flag(name: Name): boolean;
};

export type CommandDefinition<Name extends string, Operand extends string> = {
  readonly name: string;
  readonly summary: string;
  /** Command lines that begin with the name; the help shows them. */
  readonly examples: readonly [string, ...string[]];
  /** In their order. If the last one ends with `…`, it may be repeated. */
  readonly operands?: readonly Operand[];
  readonly options: Readonly<Record<Name, CommandOption>>;
  run(args: ParsedArgs<Name | CommonOptionName, Operand>, context: CommandContext): Promise<CommandResult | null>;
};

export type Command = CommandDescription & {
  /** Returns `null` if the command has shown its output already. Throws `CliError` if the arguments are wrong. */
  run(args: readonly string[], context: CommandContext): Promise<CommandResult | null>;
};

type CommonOptionName = keyof typeof commonOptions;

/** Creates a command that parses its arguments, checks them and renders its help. */
export function defineCommand<Name extends string, Operand extends string = never>({
  name,
  summary,
  examples,
  operands = [],
  run,
  ...own
}: CommandDefinition<Name, Operand>): Command {
  const options = new Map<string, CommandOption>([
    ...Object.entries<CommandOption>(own.options),
    ...Object.entries(commonOptions),
  ]);
  const required = [...options].filter(([, option]) => option.required);
  const shape = [name, ...operands, ...required.map(([key, option]) => formatOption(key, option)), "[options]"];
  const usage = shape.join(" ");
  const takesMore = operands.at(-1)?.endsWith("…") ?? false;
  const description = { name, summary, usage, examples, options };
  return {
    ...description,
    async run(args, context) {
      const parsed = parse(args, { options, usage, takesMore });
      if (parsed.flag("help")) {
        const text = formatCommandHelp(description, context.commandPrefix);
        return { text, json: { help: text } };
      }
      assertNotTakenByNpm({ name, options, isGiven: parsed.flag }, context);
      const missing = required.filter(([key]) => parsed.list(key).length === 0);
      const absent = [...operands.slice(parsed.operands.length), ...missing.map(([key]) => `--${key}`)];
      if (absent.length > 0) throw createUsageError(`${name} needs ${absent.join(" and ")}.`, usage);
      const extra = takesMore ? undefined : parsed.operands[operands.length];
      if (extra !== undefined) throw createUsageError(`Unexpected argument '${extra}'.`, usage);
      return run({ ...parsed, operand: (operand) => parsed.operands[operands.indexOf(operand)] ?? "" }, context);
    },
  };
}

type Grammar = {
  readonly options: ReadonlyMap<string, CommandOption>;
  readonly usage: string;
  /** Whether the last operand may be repeated. */
  readonly takesMore: boolean;
};

function parse(args: readonly string[], { options, usage, takesMore }: Grammar) {
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
    // `--org A B` means the same as `--org A --org B`, unless B could be an operand.
    if (token.kind === "positional") (open ?? operands).push(token.value);
    if (token.kind !== "option") continue;
    const option = options.get(token.name);
    if (option === undefined) {
      const names = [...options.keys()].map((key) => `--${key}`);
      throw createUsageError(
        `Unknown option ${token.rawName}.${formatSuggestion(token.rawName, names) || ` Options: ${names.join(", ")}.`}`,
        usage,
      );
    }
    if ((option.value === undefined) !== (token.value === undefined)) {
      throw createUsageError(
        option.value === undefined
          ? `${token.rawName} takes no value.`
          : `${token.rawName} needs a value: ${option.value}.`,
        usage,
      );
    }
    if (values.has(token.name) && option.multiple !== true)
      throw createUsageError(`${token.rawName} can be given only once.`, usage);
    const all = [...(values.get(token.name) ?? []), token.value ?? ""];
    values.set(token.name, all);
    open = option.multiple === true && !takesMore ? all : undefined;
  }
  return {
    operands,
    text: (name: string) => values.get(name)?.[0],
    list: (name: string) => values.get(name) ?? [],
    flag: (name: string) => values.has(name),
  };
}

type NpmCheck = {
  readonly name: string;
  readonly options: ReadonlyMap<string, CommandOption>;
  isGiven(option: string): boolean;
};

/**
 * Throws `CliError` if npm has taken options for itself: without `--`, `npm run activity list --all` runs `list`. The
 * option `json` is left out, because users may have set it in their `.npmrc`.
 */
function assertNotTakenByNpm({ name, options, isGiven }: NpmCheck, context: CommandContext): void {
  const { isNpmOption, commandPrefix } = context;
  const taken = [...options.keys()].filter((key) => key !== "json" && !isGiven(key) && isNpmOption(key));
  if (taken.length === 0) return;
  const list = taken.map((key) => `--${key}`).join(", ");
  throw new CliError("usage", `npm has taken ${list} for itself. Write -- first: ${commandPrefix} ${name} ${list} …`);
}

function createUsageError(message: string, usage: string): CliError {
  return new CliError("usage", `${message}\nUsage: ${usage}`);
}

export type CommandOption = {
  readonly help: string;
  /** What the value is called in the help; an option without one is a flag. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: true;
  readonly required?: true;
};

/** What the help shows of a command. */
export type CommandDescription = {
  readonly name: string;
  readonly summary: string;
  /** The name, the operands and the required options. */
  readonly usage: string;
  readonly examples: readonly string[];
  /** By name, in the order of the help; those of every command are the last. */
  readonly options: ReadonlyMap<string, CommandOption>;
};

/** The options of every command. */
export const commonOptions = {
  stack: {
    value: "NAME|FILE",
    help: "a deployed stack, or the stack.json of a local one; default ACTIVITY_STACK, or .local/stack.json here",
  },
  json: { help: "print one JSON document to stdout and nothing else" },
  help: { help: "show this text" },
} satisfies Record<string, CommandOption>;

/** Formats an option as in a usage line: `--limit N`, `--org ORG...`. */
export function formatOption(key: string, { value, multiple }: CommandOption): string {
  return `--${key}${value === undefined ? "" : ` ${value}`}${multiple ? "..." : ""}`;
}

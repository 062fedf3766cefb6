import { type CommandDescription, formatOption } from "./command-description.ts";
import { exitCodeHelp } from "./command-result.ts";

/** Commands by the title of their group, in the order of the help. */
export type CommandGroups<T extends CommandDescription = CommandDescription> = Readonly<Record<string, readonly T[]>>;

/** Returns the help of a command. `prefix` precedes the names of commands: `npm run activity --`, `activity`. */
export function formatCommandHelp({ usage, summary, examples, options }: CommandDescription, prefix: string): string {
  const rows = [...options].map(([key, option]) => [formatOption(key, option), option.help] as const);
  const width = Math.max(...rows.map(([option]) => option.length));
  const lines = rows.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
  const shown = examples.map((example) => `  ${prefix} ${example}`);
  return [
    `Usage: ${prefix} ${usage}`,
    ...["", summary],
    ...["", "Options", ...lines],
    ...["", examples.length === 1 ? "Example" : "Examples", ...shown],
  ].join("\n");
}

/** Returns the help of all commands, or of those that are shown. */
export function formatGeneralHelp(groups: CommandGroups, prefix: string): string {
  const npm = [
    "The -- is needed: npm takes the options before it for itself.",
    "In scripts, npm run --silent activity -- COMMAND keeps npm's own lines out of stdout.",
  ];
  return [
    `Usage: ${prefix} COMMAND [options]`,
    "",
    formatCommandList(groups),
    "",
    `${prefix} help COMMAND shows the options of a command, with examples; help --markdown those of all commands.`,
    "Every command takes --stack NAME for a deployed stack instead of the local one here, --json, and --help.",
    ...(prefix.endsWith("--") ? npm : []),
    "",
    exitCodeHelp,
  ].join("\n");
}

/** Returns a line for each command, under the title of its group. */
export function formatCommandList(groups: CommandGroups): string {
  const width = Math.max(...Object.values(groups).flatMap((group) => group.map(({ name }) => name.length)));
  return Object.entries(groups)
    .map(([title, group]) =>
      [title, ...group.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join("\n"),
    )
    .join("\n\n");
}

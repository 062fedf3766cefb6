import { type CommandDescription, commonOptions, formatOption } from "./command-description.ts";
import type { CommandGroups } from "./command-help.ts";

/** Renders all commands as Markdown: a section for each group, below it one for each command. */
export function renderCommandReference(groups: CommandGroups): string {
  return Object.entries(groups)
    .flatMap(([title, group]) => [`## ${title}`, ...group.map(renderCommand)])
    .join("\n\n");
}

/** The options that all commands have are left out. */
function renderCommand({ name, summary, usage, examples, options }: CommandDescription): string {
  const rows = [...options]
    .filter(([key]) => !Object.hasOwn(commonOptions, key))
    .map(([key, option]) => `| \`${escapeCell(formatOption(key, option))}\` | ${escapeCell(option.help)} |`);
  return [
    `### ${name}`,
    "",
    summary,
    "",
    "```sh",
    `activity ${usage}`,
    "```",
    ...(rows.length === 0 ? [] : ["", "| option | |", "| --- | --- |", ...rows]),
    "",
    examples.length === 1 ? "Example:" : "Examples:",
    "",
    "```sh",
    ...examples.map((example) => `activity ${example}`),
    "```",
  ].join("\n");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("*", "\\*");
}

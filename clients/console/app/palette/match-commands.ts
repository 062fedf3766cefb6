import type { Command } from "#clients/console/page/page-context.ts";

const maxMatches = 40;

/** Returns the commands that have all words of a text, best first; commands of one group stay together. */
export function matchCommands(commands: readonly Command[], text: string): readonly Command[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const scored = commands
    .map((command) => ({ command, score: scoreCommand(command, words) }))
    .filter(({ score }) => score > 0);
  const bestOf = Map.groupBy(scored, ({ command }) => command.group);
  return [...bestOf.values()]
    .map((group) => group.toSorted((one, other) => other.score - one.score))
    .toSorted(([one], [other]) => (other?.score ?? 0) - (one?.score ?? 0))
    .flatMap((group) => group.map(({ command }) => command))
    .slice(0, maxMatches);
}

/** Returns 0 for no match; more where words begin words of the title. */
function scoreCommand({ title, group, keywords = "" }: Command, words: readonly string[]): number {
  const name = title.toLowerCase();
  const all = `${name} ${group} ${keywords}`.toLowerCase();
  if (!words.every((word) => all.includes(word))) return 0;
  const starts = words.filter((word) => name.startsWith(word) || name.includes(` ${word}`)).length;
  return 1 + starts;
}

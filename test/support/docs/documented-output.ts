/** Parts of an output that differ from run to run, and what replaces them on both sides of a comparison. */
const volatile: readonly (readonly [RegExp, string])[] = [
  [/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:PORT"],
  [/\b(?:wh|dlv|evt|rpl|tok|req|rec)_[0-9A-Za-z]+/g, "ID"],
  [/\b(?:whsec|aibooks_\w+?)_[\w+/=]+/g, "SECRET"],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g, "TIME"],
  [/\b\d{21}\b/g, "SEQUENCE"],
  [/\b\d+ ms\b/g, "N ms"],
  [/("duration_ms":)\d+/g, "$1N"],
];

function withoutVolatileParts(text: string): string {
  return volatile.reduce((result, [pattern, replacement]) => result.replaceAll(pattern, replacement), text);
}

/** npm prints the script that it runs before the output, unless it is `--silent`. */
function withoutNpmLines(text: string): string {
  return text.replaceAll(/^\n> .*\n> .*\n\n/gm, "");
}

/** Returns an output of JSON in one form, with the parts replaced that differ from run to run. */
export function comparableJson(text: string): unknown {
  return JSON.parse(withoutVolatileParts(JSON.stringify(JSON.parse(withoutNpmLines(text)))));
}

/** Returns an output of text in one form: without runs of blanks, and with the parts replaced that differ. */
export function comparableText(text: string): string {
  return withoutVolatileParts(withoutNpmLines(text))
    .split("\n")
    .map((line) => line.replaceAll(/ {2,}/g, "  ").trimEnd())
    .join("\n")
    .trim();
}

const escapePattern = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Returns a pattern of a documented output, in which `…` matches any text within its line or, alone, any lines. */
export function patternOf(documented: string): RegExp {
  const lines = comparableText(documented)
    .split("\n")
    .map((line) => (line === "…" ? "[\\s\\S]*" : line.split("…").map(escapePattern).join(".*")));
  return new RegExp(`^${lines.join("\n")}$`);
}

import { boundText, describeSize } from "#shared/platform/text/bounded-text.ts";

/** Bytes of a line at most: what one call of PutLogEvents takes, less what it counts besides the text. */
export const maxLineBytes = 1_048_576 - 1_024;

/** Bytes of a short field: of an id with 256 characters that are all escaped. */
export const maxFieldBytes = 2_048;

/**
 * The text of a line as it goes into the log: `text`, or, where that is longer than CloudWatch takes, a small line of the
 * same kind with its short fields, its size and its digest. Text is never cut: what is no JSON is in no query.
 */
export function limitLine(line: { readonly message: string }, text: string): string {
  if (text.length <= maxLineBytes / 3 || Buffer.byteLength(text) <= maxLineBytes) return text;
  const short = Object.entries(line).flatMap(([name, value]) => {
    if (typeof value === "number") return [[name, value] as const];
    return typeof value === "string" ? [[name, boundText(value, maxFieldBytes)] as const] : [];
  });
  return JSON.stringify({ ...Object.fromEntries(short), oversize: describeSize(text) });
}

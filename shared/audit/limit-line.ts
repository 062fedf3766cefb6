import { boundText, describeSize } from "#shared/platform/text/bounded-text.ts";

/** Maximum bytes of a line: the limit of one PutLogEvents call less its overhead. */
export const maxLineBytes = 1_048_576 - 1_024;

/** Maximum bytes of a short field: an id with 256 escaped characters. */
export const maxFieldBytes = 2_048;

/**
 * Returns `text`; if it exceeds the limit of CloudWatch, a small line of the same kind with the short fields, the size
 * and the digest. Text is never truncated, because queries do not find lines that are not valid JSON.
 */
export function limitLine(line: { readonly message: string }, text: string): string {
  if (text.length <= maxLineBytes / 3 || Buffer.byteLength(text) <= maxLineBytes) return text;
  const short = Object.entries(line).flatMap(([name, value]) => {
    if (typeof value === "number") return [[name, value] as const];
    return typeof value === "string" ? [[name, boundText(value, maxFieldBytes)] as const] : [];
  });
  return JSON.stringify({ ...Object.fromEntries(short), oversize: describeSize(text) });
}

/**
 * One line of a file. `content` is `null` where the line is longer than any event may be: it was read past, and not
 * kept.
 */
export type Line = {
  /** Counted from 1. */
  readonly number: number;
  readonly content: Buffer | null;
  /** The byte after the line. */
  readonly end: number;
};

/** Where reading begins: so many bytes and so many lines lie before. */
export type LineStart = { readonly offset: number; readonly lines: number };

/** Above the limit of an event, with room for white space. */
const maxLineBytes = 1_048_576;

const newline = 0x0a;

/** Splits a stream into lines, without their ends. Holds one line at a time, and never more than a megabyte. */
export async function* readLines(
  source: AsyncIterable<Buffer>,
  { offset, lines }: LineStart = { offset: 0, lines: 0 },
): AsyncGenerator<Line> {
  let number = lines;
  let end = offset;
  let parts: Buffer[] = [];
  let bytes = 0;

  const keep = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= maxLineBytes) parts.push(part);
    else parts = [];
  };
  const complete = (): Line => {
    const content = bytes <= maxLineBytes ? Buffer.concat(parts) : null;
    number += 1;
    parts = [];
    bytes = 0;
    return { number, content, end };
  };

  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, at));
      end += at + 1 - from;
      from = at + 1;
      yield complete();
    }
    keep(chunk.subarray(from));
    end += chunk.length - from;
  }
  if (bytes > 0) yield complete();
}

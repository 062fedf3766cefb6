/** A line of a file. `content` is `null` if the line is too long for an event. */
export type FileLine = {
  /** Counted from 1. */
  readonly number: number;
  readonly content: Buffer | null;
  /** The offset of the byte after the line. */
  readonly end: number;
};

/** The start of reading: bytes and lines before it. */
export type FilePosition = { readonly offset: number; readonly lines: number };

/** Well above the limit of an event, because of white space. */
const maxLineBytes = 1_048_576;

const newline = 0x0a;

/** Splits a stream into lines without their ends. Holds one line in memory, at most a megabyte. */
export async function* readLines(
  source: AsyncIterable<Buffer>,
  { offset, lines }: FilePosition = { offset: 0, lines: 0 },
): AsyncGenerator<FileLine> {
  let number = lines;
  let end = offset;
  let parts: Buffer[] = [];
  let bytes = 0;

  const keep = (part: Buffer) => {
    bytes += part.length;
    if (bytes <= maxLineBytes) parts.push(part);
    else parts = [];
  };
  const complete = (): FileLine => {
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

import { CliError } from "#clients/cli/command-result.ts";

/** Bytes to look at: the first line of formatted JSON is never longer. */
const headBytes = 65_536;

/**
 * Passes on a source of events, one JSON object per line. Throws `CliError` `usage` for a JSON array or formatted JSON,
 * of which each line would be rejected separately.
 */
export async function* assertLines(source: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const file = name === "-" ? "" : ` ${name}`;
  let head: Buffer | null = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head === null) {
      yield chunk;
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (firstLineOf(head) === null && head.length < headBytes) continue;
    assertEvent(head, file);
    yield head;
    head = null;
  }
  if (head === null) return;
  assertEvent(head, file);
  yield head;
}

/** Returns the first line with content, trimmed; `null` if its end is not in the head. */
function firstLineOf(head: Buffer): string | null {
  const [, line] = /^([^\n]*)\n/.exec(withoutBlanks(head)) ?? [];
  return line?.trim() ?? null;
}

function withoutBlanks(head: Buffer): string {
  return head.toString("utf8").replace(/^\uFEFF?\s*/, "");
}

function assertEvent(head: Buffer, file: string): void {
  const format = "emit needs one JSON object per line.";
  if (withoutBlanks(head).startsWith("[")) {
    const convert = `jq -c '.[]'${file} > events.ndjson`;
    throw new CliError("usage", `The file is a JSON array, but ${format} Convert it: ${convert}`);
  }
  // A line with a whole object does not end like this.
  if (/^\{(.*[,{[:])?$/.test(firstLineOf(head) ?? "")) {
    const convert = `jq -c .${file} > events.ndjson`;
    throw new CliError("usage", `The file is formatted JSON, but ${format} Convert it: ${convert}`);
  }
}

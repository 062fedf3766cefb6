import { CliError } from "#clients/cli/command-result.ts";

/** Enough to tell by; no first line of JSON over several lines is longer. */
const headBytes = 65_536;

/**
 * Passes on a source of events, one in each line. Throws `CliError` `usage` before the first of them where the source is
 * plainly something else: a JSON array, or JSON over several lines, of which each line would be refused by itself.
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

/** The first line that is not empty, without the white space around it; `null` while it has no end. */
function firstLineOf(head: Buffer): string | null {
  const [, line] = /^([^\n]*)\n/.exec(withoutBlanks(head)) ?? [];
  return line?.trim() ?? null;
}

function withoutBlanks(head: Buffer): string {
  return head.toString("utf8").replace(/^\uFEFF?\s*/, "");
}

function assertEvent(head: Buffer, file: string): void {
  const wanted = "emit takes one event in each line.";
  if (withoutBlanks(head).startsWith("[")) {
    const convert = `jq -c '.[]'${file} > events.ndjson`;
    throw new CliError("usage", `This is a JSON array; ${wanted} Convert it: ${convert}`);
  }
  // No line that holds a whole object ends so.
  if (/^\{(.*[,{[:])?$/.test(firstLineOf(head) ?? "")) {
    const convert = `jq -c .${file} > events.ndjson`;
    throw new CliError("usage", `This is JSON over several lines; ${wanted} Convert it: ${convert}`);
  }
}

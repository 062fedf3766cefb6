/**
 * Rewrites the head of an HTTP/1.1 response, its empty line included, to the one form that Node's strict parser accepts.
 * Covers what recipients may accept: folded fields (RFC 9112, section 5.2), lines ended by LF alone (RFC 9112, section
 * 2.2), and the same Content-Length several times (RFC 9110, section 8.6). Everything else stays, for the parser to
 * refuse. `head` is Latin-1 text; it is returned unchanged if nothing has to be rewritten.
 */
export function normalizeHead(head: string): string {
  if (!head.startsWith("HTTP/") || !isUnusual(head)) return head;
  return withOneLength(unfoldedLines(head)).join("\r\n");
}

function isUnusual(head: string): boolean {
  return /[^\r]\n|\n[ \t]|\ncontent-length:[^\n]*(,|\n(?:[^\n]*\n)*?content-length:)/i.test(head);
}

/** White space directly below the status line folds no field: RFC 9112, section 2.2, has such a message refused. */
function unfoldedLines(head: string): string[] {
  const lines: string[] = [];
  for (const line of head.split(/\r?\n/)) {
    const isFolded = /^[ \t]/.test(line) && lines.length > 1;
    if (isFolded) lines.push(`${lines.pop()} ${line.replace(/^[ \t]+/, "")}`);
    else lines.push(line);
  }
  return lines;
}

const isLength = (line: string) => /^content-length:/i.test(line);

/** Keeps the first of several equal lengths. Lengths that differ, or are no numbers, all stay. */
function withOneLength(lines: readonly string[]): readonly string[] {
  const [first, ...others] = lines.filter(isLength);
  if (first === undefined || ![first, ...others].every((line) => /^[^:]+:[\t ,\d]*$/.test(line))) return lines;
  const [length = "", ...different] = new Set([first, ...others].flatMap(valuesOf));
  if (different.length > 0) return lines;
  const name = first.slice(0, first.indexOf(":"));
  const rest = lines.filter((line) => !isLength(line));
  return rest.toSpliced(lines.indexOf(first), 0, `${name}: ${length}`);
}

function valuesOf(line: string): string[] {
  return line
    .slice(line.indexOf(":") + 1)
    .split(",")
    .map((value) => value.trim());
}

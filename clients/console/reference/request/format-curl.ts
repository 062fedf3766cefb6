import type { BuiltRequest } from "./build-request.ts";

/** Returns a request as a command of a shell. It names the variables `API` and `ACTIVITY_TOKEN`, and never has a token. */
export function formatCurl({ method, path, headers, body }: BuiltRequest): string {
  const lines = [
    `curl${method === "GET" ? "" : ` -X ${method}`} "$API"${quote(path)}`,
    '-H "Authorization: Bearer $ACTIVITY_TOKEN"',
    ...Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`-d ${quote(body)}`]),
  ];
  return lines.join(" \\\n  ");
}

/** Quotes a word for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

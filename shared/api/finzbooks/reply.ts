import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";

/** An answer of JSON text. */
export function json(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

/**
 * The header with the address of the page after (RFC 8288): what was asked, and the cursor. `parameters` are those that
 * mean something; the others are left out.
 */
export function nextLink(request: HttpRequest, path: string, parameters: readonly string[], cursor: string) {
  const query = new URLSearchParams();
  for (const name of parameters) {
    const value = request.query.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("cursor", cursor);
  return { link: `<${request.origin}${path}?${query}>; rel="next"` };
}

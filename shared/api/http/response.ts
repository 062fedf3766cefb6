import type { HttpRequest, HttpResponse } from "./request.ts";

/** Maximum bytes of a response. Lambda returns up to 6 MB, measured as JSON text: escaped characters count twice. */
const maxResponseBytes = 5_500_000;

/** Whether a body is too large for Lambda. Measures exactly only if its length comes near the limit. */
export function isResponseTooLarge(body: string): boolean {
  return 6 * body.length > maxResponseBytes && Buffer.byteLength(JSON.stringify(body)) > maxResponseBytes;
}

/** Returns a response of JSON text. */
export function jsonResponse(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

/** Returns a response of plain text. */
export function textResponse(body: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body };
}

/** Returns a response of bytes. */
export function bytesResponse(bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  const body = Buffer.from(bytes).toString("base64");
  return { status: 200, headers: { "content-type": "application/octet-stream", ...headers }, body, isBase64: true };
}

/** Returns the `Link` header of the next page (RFC 8288): the request's own `parameters`, and the cursor. */
export function toNextLinkHeader(request: HttpRequest, path: string, parameters: readonly string[], cursor: string) {
  const query = new URLSearchParams();
  for (const name of parameters) {
    const value = request.query.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("cursor", cursor);
  return { link: `<${request.origin}${path}?${query}>; rel="next"` };
}

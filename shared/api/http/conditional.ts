import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse } from "./request.ts";

/** Headers that an answer depends on in every dialect: `origin` for what the gateway adds for CORS. */
const varyAlways = ["accept-encoding", "authorization", "origin"];

/**
 * Gives a list page a validator (RFC 9110, section 8.8.3) and answers 304 to a caller that has this page already. The page
 * may be kept by the caller alone, and is asked for again at each use. `varyBy` are the other headers of the request, in
 * lower case, that the page depends on.
 */
export function conditional(
  { headers }: Pick<HttpRequest, "headers">,
  page: HttpResponse,
  varyBy: readonly string[] = [],
): HttpResponse {
  const etag = etagOf(page);
  const validated = {
    ...page.headers,
    etag,
    "cache-control": "private, no-cache",
    vary: [...varyAlways, ...varyBy].join(", "),
  };
  // The type stays: the gateway would add another one, and caches take over what a 304 says.
  if (isKnown(headers["if-none-match"] ?? "", etag)) return { status: 304, headers: validated, body: "" };
  return { ...page, headers: validated };
}

/**
 * Weak, since the same page may be sent compressed. The link is part of what is validated: a page that shows the same
 * events but goes on elsewhere is another one.
 */
function etagOf({ body, headers }: HttpResponse): string {
  const digest = createHash("sha256")
    .update(body)
    .update(`\n${headers.link ?? ""}`)
    .digest("base64url");
  return `W/"${digest.slice(0, 27)}"`;
}

/** Compares as RFC 9110, section 13.1.2, wants it: weakly, with any tag of a list, or `*`. */
function isKnown(condition: string, etag: string): boolean {
  if (condition.trim() === "*") return true;
  const tags = condition.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, "") === etag.slice(2));
}

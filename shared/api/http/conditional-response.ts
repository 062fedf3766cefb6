import { createHash } from "node:crypto";
import type { HttpRequest, HttpResponse } from "./request.ts";

/** Request headers that affect every list: `origin` because of CORS headers. */
const varyAlways = ["accept-encoding", "authorization", "origin"];

/**
 * Adds an `ETag` (RFC 9110, section 8.8.3) to a list page, or returns 304 if the caller has this page already. Only the
 * caller may cache the page, and must revalidate it. `varyBy` are the dialect's own request headers, in lower case.
 */
export function toConditionalResponse(
  { headers }: Pick<HttpRequest, "headers">,
  page: HttpResponse,
  varyBy: readonly string[] = [],
): HttpResponse {
  const etag = computeEtag(page);
  const validated = {
    ...page.headers,
    etag,
    "cache-control": "private, no-cache",
    vary: [...varyAlways, ...varyBy].join(", "),
  };
  // Keep the content type: the gateway would add another one, and caches update their headers from a 304.
  if (matchesEtag(headers["if-none-match"] ?? "", etag)) return { status: 304, headers: validated, body: "" };
  return { ...page, headers: validated };
}

/** Weak, because the page may be sent compressed. Covers the `Link` header, as the next page is part of the page. */
function computeEtag({ body, headers }: HttpResponse): string {
  const digest = createHash("sha256")
    .update(body)
    .update(`\n${headers.link ?? ""}`)
    .digest("base64url");
  return `W/"${digest.slice(0, 27)}"`;
}

/** Compares weakly with any tag of the list, or `*` (RFC 9110, section 13.1.2). */
function matchesEtag(condition: string, etag: string): boolean {
  if (condition.trim() === "*") return true;
  const tags = condition.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return tags.some((tag) => tag.replace(/^W\//, "") === etag.slice(2));
}

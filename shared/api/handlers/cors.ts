import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";

const allowedMethods = ["GET", "HEAD", "POST", "PATCH", "DELETE"];

/** What browser apps may send, besides headers that are always allowed. */
const allowedHeaders = ["authorization", "content-type", "if-none-match", "x-accountid", "x-aibooks-org", "x-api-key"];

/** What browser apps may read, besides headers that are always readable. */
const exposedHeaders = [
  "etag",
  "link",
  "retry-after",
  "x-ratelimit",
  "x-ratelimit-limit",
  "x-ratelimit-policy",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "x-request-id",
];

/** Seconds for which browsers may reuse the response to a preflight. */
const maxAgeSeconds = 3_600;

type Headers = Readonly<Record<string, string>>;

/** Returns the CORS headers of a response (Fetch standard, "HTTP responses") that pages of `origins` may read. */
export function corsHeaders(origin: string | undefined, origins: readonly string[]): Headers {
  const allowed = allowOrigin(origin, origins);
  return allowed === null ? {} : { ...allowed, "access-control-expose-headers": exposedHeaders.join(",") };
}

/**
 * Returns the response to a CORS preflight; `null` for any other request. A preflight has no token, so it is allowed for
 * every origin where viewer tokens are accepted: the request that follows is limited to the origins of its token.
 */
export function handlePreflight(
  { method, path, headers }: Pick<HttpRequest, "method" | "path" | "headers">,
  origins: readonly string[],
  acceptsViewerTokens: (path: string) => boolean,
): HttpResponse | null {
  const { origin } = headers;
  if (method !== "OPTIONS" || origin === undefined || headers["access-control-request-method"] === undefined)
    return null;
  const allowed = allowOrigin(origin, origins) ?? allowOrigin(origin, acceptsViewerTokens(path) ? [origin] : []);
  if (allowed === null) return { status: 204, headers: { vary: "origin" }, body: "" };
  const granted = {
    "access-control-allow-methods": allowedMethods.join(","),
    "access-control-allow-headers": allowedHeaders.join(","),
    "access-control-max-age": String(maxAgeSeconds),
  };
  return { status: 204, headers: { ...allowed, ...granted }, body: "" };
}

/** Credentials are never allowed: requests carry a token, and no cookie. */
function allowOrigin(origin: string | undefined, origins: readonly string[]): Headers | null {
  if (origin === undefined) return null;
  if (origins.includes("*")) return { "access-control-allow-origin": "*" };
  return origins.includes(origin) ? { "access-control-allow-origin": origin, vary: "origin" } : null;
}

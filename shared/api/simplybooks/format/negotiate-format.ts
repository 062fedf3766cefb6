import { invalidValue, singleParam } from "#shared/api/http/parameters.ts";
import type { HttpRequest, HttpResponse } from "#shared/api/http/request.ts";

export type ResponseFormat = "xml" | "json";

const contentTypes: Readonly<Record<ResponseFormat, string>> = {
  xml: "application/xml; charset=utf-8",
  json: "application/json; charset=utf-8",
};

/**
 * Returns the format of a response: the parameter `format`, else what `Accept` prefers, else XML. Throws `ActivityError`
 * `invalid_value` for an unknown format.
 */
export function negotiateFormat({ query, headers }: Pick<HttpRequest, "query" | "headers">): ResponseFormat {
  const named = singleParam(query, "format");
  if (named === "json" || named === "xml") return named;
  if (named !== null) throw invalidValue("format", "format unknown: it must be xml or json");
  return getQuality(headers.accept, /^application\/json$/) > getQuality(headers.accept, /^(application|text)\/xml$/)
    ? "json"
    : "xml";
}

/** Returns the format of an error response, like `negotiateFormat`, but ignores an invalid `format`. */
export function negotiateErrorFormat(request: Pick<HttpRequest, "query" | "headers">): ResponseFormat {
  const named = request.query.get("format");
  if (named === "json" || named === "xml") return named;
  return negotiateFormat({ headers: request.headers, query: new URLSearchParams() });
}

/** Returns the weight of a type in an `Accept` header (RFC 9110, section 12.5.1); 0 if the header does not name it. */
function getQuality(accept: string | undefined, type: RegExp): number {
  const qualities = (accept ?? "").split(",").flatMap((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    if (!type.test(name)) return [];
    const quality = parameters.find((text) => text.startsWith("q="))?.slice(2);
    return [quality === undefined ? 1 : Number(quality) || 0];
  });
  return Math.max(0, ...qualities);
}

export function formattedResponse(format: ResponseFormat, body: string, status = 200): HttpResponse {
  return { status, headers: { "content-type": contentTypes[format] }, body };
}

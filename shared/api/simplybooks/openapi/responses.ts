import { type HeaderName, rateLimitHeaders, responseHeaders } from "#shared/api/openapi/headers.ts";
import type { Component } from "#shared/api/operations/component.ts";
import type { ResponseFormat } from "#shared/api/simplybooks/format/negotiate-format.ts";

/** Returns a successful response in both formats, with examples from the code that renders responses. */
export function okResponse(
  description: string,
  schemas: Readonly<Record<ResponseFormat, Component>>,
  render: (format: ResponseFormat) => string,
  headers: readonly HeaderName[] = [],
) {
  const json: unknown = JSON.parse(render("json"));
  const content = {
    "application/xml": { schema: schemas.xml, examples: { sample: { value: render("xml") } } },
    "application/json": { schema: schemas.json, examples: { sample: { value: json } } },
  };
  return { 200: { description, headers: responseHeaders([...headers, ...rateLimitHeaders]), content } };
}

import { errorResponses } from "#shared/api/fakturoid/openapi/errors.ts";
import { fakturoidRateLimitHeaders } from "#shared/api/fakturoid/openapi/headers.ts";
import { okResponse } from "#shared/api/fakturoid/openapi/responses.ts";
import { eventsSchema, sampleEvents } from "#shared/api/fakturoid/openapi/schemas.ts";
import { pageSize } from "#shared/api/fakturoid/parameters.ts";
import { conditionalHeaders, notModified } from "#shared/api/openapi/headers.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";

/** Describes a list of events. `which` are the first sentences of the description. */
export function describeEventList(summary: string, which = ""): OperationDescription {
  return {
    summary,
    description:
      `${which}Events must match all filters. An empty parameter is an error; unknown parameters are ignored. Pages ` +
      "are counted from the newest event at the time of the request: a new event moves the others on, so that an " +
      "event may appear again on the next page, but none is skipped. A page very far from the pages requested recently " +
      "may return 503 with `Retry-After`; each retry reads further.",
    tags: ["fakturoid"],
    responses: {
      ...notModified([], fakturoidRateLimitHeaders),
      ...okResponse(
        `A page of events. Only the last page has fewer than ${pageSize}.`,
        eventsSchema,
        sampleEvents,
        conditionalHeaders,
      ),
      ...errorResponses(400, 401, 403, 404, 429, 500, 503),
    },
  };
}

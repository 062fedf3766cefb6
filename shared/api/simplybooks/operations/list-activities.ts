import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import type { HttpResponse } from "#shared/api/http/request.ts";
import { isResponseTooLarge } from "#shared/api/http/response.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import { conditionalHeaders, notModified, rateLimitHeaders } from "#shared/api/openapi/headers.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { ifNoneMatch } from "#shared/api/operations/if-none-match.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { basePath } from "#shared/api/simplybooks/base-path.ts";
import { formattedResponse } from "#shared/api/simplybooks/format/negotiate-format.ts";
import { assertKnownParameters } from "#shared/api/simplybooks/known-parameters.ts";
import { activityFields, toActivity } from "#shared/api/simplybooks/mapping.ts";
import { errorResponses } from "#shared/api/simplybooks/openapi/errors.ts";
import { okResponse } from "#shared/api/simplybooks/openapi/responses.ts";
import { activitiesElementSchema, activitiesSchema, sampleActivity } from "#shared/api/simplybooks/openapi/schemas.ts";
import { accountId, fields, filter, format, search, skip, take } from "#shared/api/simplybooks/parameters.ts";
import { type ActivityListRequest, toAuditFields, toListQuery } from "#shared/api/simplybooks/query.ts";
import { renderActivities } from "#shared/api/simplybooks/render.ts";
import { ActivityError } from "#shared/errors.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import {
  getActivityContext,
  meteredPorts,
  type SimplybooksCall,
  type SimplybooksOperation,
} from "./simplybooks-call.ts";

const parameters = [accountId, search, fields, filter, skip, take, format, ifNoneMatch] as const;

/** Request headers that affect a list, besides those of all dialects. */
const varyBy = ["accept", "x-accountid", "x-api-key"];

export const listActivities: SimplybooksOperation = {
  operationId: "list_activities",
  method: "GET",
  path: `${basePath}/activities`,
  route: "list",
  scope: "AIBooks.activity.READ",
  parameters,
  handle: handleList,
};

/** Parses the parameters of a list. Throws `ActivityError` `invalid_value` with the name of the parameter. */
export function parseListRequest(query: URLSearchParams): ActivityListRequest {
  assertKnownParameters(query, parameters);
  const { filter: conditions, ...values } = parseValues(query, parameters);
  return { ...values, conditions };
}

async function handleList(call: SimplybooksCall): Promise<HttpResponse> {
  const { request, auditFields, auth, ports } = call;
  const { window, activities, list } = await speculativeRead(auth, async (orgId, meter) => {
    const list = parseListRequest(request.query);
    Object.assign(auditFields, toAuditFields(list));
    const context = await getActivityContext(call, orgId);
    const window = await readOffsetPage(meteredPorts(call, meter), toListQuery(orgId, list, context), list);
    return { window, activities: window.events.map((event) => toActivity(event, context)), list };
  });
  auditFields.count = activities.length;
  const saving = savePageCheckpoint(ports, window.checkpoint);
  const body = renderActivities(activities, list.fields, call.format);
  await saving;
  if (isResponseTooLarge(body)) {
    throw new ActivityError("too_large", "take too long: the response would be too large, use a smaller take");
  }
  return toConditionalResponse(request, formattedResponse(call.format, body), varyBy);
}

export function describeListActivities(): OperationDescription {
  return {
    summary: "The activities of an account, newest first",
    description:
      "Activities must match `search` and all conditions of `filter`; they cannot be sorted. Unknown parameters are " +
      "errors. `skip` counts from the newest activity at the time of the request: a new activity moves the others on, " +
      "so that an activity may appear again on the next page, but none is skipped. A page very far from the pages " +
      "requested recently may return 503 with `Retry-After`; each retry reads further. If too few of the last " +
      `${offsetPageBudget.events} events match, the response is 400: narrow the search, for example by date.`,
    tags: ["simplybooks"],
    responses: {
      ...notModified(rateLimitHeaders),
      ...okResponse(
        "A page of activities. Only the last page has fewer than `take`.",
        { xml: activitiesElementSchema, json: activitiesSchema },
        (shown) => renderActivities([sampleActivity], activityFields, shown),
        conditionalHeaders,
      ),
      ...errorResponses(400, 401, 403, 429, 500, 503),
    },
  };
}

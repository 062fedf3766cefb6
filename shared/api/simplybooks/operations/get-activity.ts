import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { HttpResponse } from "#shared/api/http/request.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import type { PathParameter } from "#shared/api/operations/parameter.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { basePath } from "#shared/api/simplybooks/base-path.ts";
import { formattedResponse } from "#shared/api/simplybooks/format/negotiate-format.ts";
import { assertKnownParameters } from "#shared/api/simplybooks/known-parameters.ts";
import { activityFields, toActivity } from "#shared/api/simplybooks/mapping.ts";
import { errorResponses } from "#shared/api/simplybooks/openapi/errors.ts";
import { okResponse } from "#shared/api/simplybooks/openapi/responses.ts";
import { activityElementSchema, activitySchema, sampleActivity } from "#shared/api/simplybooks/openapi/schemas.ts";
import { accountId, fields, format } from "#shared/api/simplybooks/parameters.ts";
import { toActivityQuery } from "#shared/api/simplybooks/query.ts";
import { renderActivity } from "#shared/api/simplybooks/render.ts";
import { ActivityError } from "#shared/errors.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import {
  getActivityContext,
  meteredPorts,
  type SimplybooksCall,
  type SimplybooksOperation,
} from "./simplybooks-call.ts";

const activityId: PathParameter = {
  name: "activity_id",
  in: "path",
  required: true,
  description: "The number of the activity in lists.",
  schema: { type: "string" },
  example: "3729760110832118",
};

const parameters = [activityId, accountId, fields, format] as const;

export const getActivity: SimplybooksOperation = {
  operationId: "get_activity",
  method: "GET",
  path: `${basePath}/activities/{activity_id}`,
  route: "activity",
  scope: "AIBooks.activity.READ",
  parameters,
  handle: handleActivity,
};

async function handleActivity(call: SimplybooksCall): Promise<HttpResponse> {
  const { request, auditFields, auth } = call;
  const { activity_id: id = "" } = call.path;
  auditFields.filters = formatFilters([["activity_id", id]]);
  const { activity, values } = await speculativeRead(auth, async (orgId, meter) => {
    assertKnownParameters(request.query, parameters);
    const values = parseValues(request.query, parameters);
    const context = await getActivityContext(call, orgId);
    const query = toActivityQuery(orgId, id, context);
    if (query === null) return { activity: null, values };
    const { events } = await readOffsetPage(meteredPorts(call, meter), query, { skip: 0, take: 1 });
    const [event] = events;
    return { activity: event === undefined ? null : toActivity(event, context), values };
  });
  if (activity === null) throw new ActivityError("not_found", "activity_id unknown");
  auditFields.count = 1;
  return formattedResponse(call.format, renderActivity(activity, values.fields, call.format));
}

export function describeGetActivity(): OperationDescription {
  return {
    summary: "One activity",
    tags: ["simplybooks"],
    responses: {
      ...okResponse("The activity.", { xml: activityElementSchema, json: activitySchema }, (shown) =>
        renderActivity(sampleActivity, activityFields, shown),
      ),
      ...errorResponses(400, 401, 403, 404, 429, 500, 503),
    },
  };
}

import { toActivityRequest } from "#shared/api/finzbooks/activity-request.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { activityPage } from "#shared/api/finzbooks/openapi/responses.ts";
import { actorUserId, entityId, entityType, orgParameters, pageParameters } from "#shared/api/finzbooks/parameters.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { ifNoneMatch } from "#shared/api/operations/if-none-match.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import type { FinzbooksOperation } from "./finzbooks-call.ts";
import { handleActivity } from "./handle-activity.ts";

const parameters = [...orgParameters, entityType, entityId, actorUserId, ...pageParameters, ifNoneMatch] as const;

export const listActivity: FinzbooksOperation = {
  operationId: "list_activity",
  method: "GET",
  path: `${basePath}/activity`,
  route: "activity",
  scope: "AIBooks.activity.READ",
  acceptsViewerTokens: true,
  parameters,
  handle: (call) => handleActivity(call, listActivity, parseListActivity),
};

/** Parses the parameters of a request. Throws `ActivityError` with the name of the parameter. */
export function parseListActivity(query: URLSearchParams, viewer: ViewerToken | null = null) {
  return toActivityRequest(parseParameters(query, parameters), viewer);
}

export function describeListActivity(): OperationDescription {
  return {
    summary: "The events of an organisation, newest first",
    description:
      "Events must match all filters. `since` must not be after `until`. An unknown parameter is an error, with the known " +
      "names in `details.valid`.",
    tags: ["activity"],
    responses: activityPage(),
  };
}

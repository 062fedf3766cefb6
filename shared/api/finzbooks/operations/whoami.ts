import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { authenticateCaller } from "#shared/api/finzbooks/credentials.ts";
import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import { okResponse } from "#shared/api/finzbooks/openapi/responses.ts";
import { whoamiSchema } from "#shared/api/finzbooks/openapi/schemas.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { renderWhoami } from "#shared/api/finzbooks/render.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { rateLimitHeaders } from "#shared/api/openapi/headers.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { parseParameters } from "#shared/api/operations/parse-parameters.ts";
import { authenticationOf, type FinzbooksOperation } from "./finzbooks-call.ts";

export const whoami: FinzbooksOperation = {
  operationId: "whoami",
  method: "GET",
  path: `${basePath}/whoami`,
  route: "whoami",
  scope: null,
  parameters: orgParameters,
  handle: async (call) => {
    const { auth, credentials } = authenticationOf(call);
    const caller = await authenticateCaller(auth, credentials);
    parseParameters(call.request.query, orgParameters);
    return jsonResponse(renderWhoami(caller));
  },
};

export function describeWhoami(): OperationDescription {
  return {
    summary: "The token of the request",
    tags: ["access"],
    responses: {
      ...okResponse("The token, without its secret.", whoamiSchema, rateLimitHeaders),
      ...errorResponses(400, 401, 403, 429, 500, 503),
    },
  };
}

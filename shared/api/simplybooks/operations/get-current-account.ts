import { authenticateRequest } from "#shared/api/http/authenticate-request.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { basePath } from "#shared/api/simplybooks/base-path.ts";
import { formattedResponse } from "#shared/api/simplybooks/format/negotiate-format.ts";
import { assertKnownParameters } from "#shared/api/simplybooks/known-parameters.ts";
import { errorResponses } from "#shared/api/simplybooks/openapi/errors.ts";
import { okResponse } from "#shared/api/simplybooks/openapi/responses.ts";
import { accountSchema, sampleOrg, sampleOrigin } from "#shared/api/simplybooks/openapi/schemas.ts";
import { accountId, format } from "#shared/api/simplybooks/parameters.ts";
import { renderAccount } from "#shared/api/simplybooks/render.ts";
import type { SimplybooksOperation } from "./simplybooks-call.ts";

const parameters = [accountId, format] as const;

/** Clients request it to check their connection. */
export const getCurrentAccount: SimplybooksOperation = {
  operationId: "get_current_account",
  method: "GET",
  path: `${basePath}/accounts/current`,
  route: "account",
  scope: "AIBooks.activity.READ",
  parameters,
  handle: async (call) => {
    const { request, auditFields, auth, orgs } = call;
    const orgId = await auth.authorize(await authenticateRequest(auth));
    assertKnownParameters(request.query, parameters);
    auditFields.org_id = orgId;
    return formattedResponse(call.format, renderAccount(await orgs.get(orgId), request.origin, call.format));
  },
};

export function describeGetCurrentAccount(): OperationDescription {
  return {
    summary: "The account of the key",
    description: "Clients use it to check their connection.",
    tags: ["simplybooks"],
    responses: {
      ...okResponse("The account.", { xml: accountSchema, json: accountSchema }, (shown) =>
        renderAccount(sampleOrg, sampleOrigin, shown),
      ),
      ...errorResponses(400, 401, 403, 429, 500, 503),
    },
  };
}

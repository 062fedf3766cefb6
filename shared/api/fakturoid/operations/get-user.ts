import { errorResponses } from "#shared/api/fakturoid/openapi/errors.ts";
import { okResponse } from "#shared/api/fakturoid/openapi/responses.ts";
import { sampleUser, userSchema } from "#shared/api/fakturoid/openapi/schemas.ts";
import { renderUser } from "#shared/api/fakturoid/render.ts";
import { userAgent } from "#shared/api/fakturoid/user-agent.ts";
import { authenticateRequest } from "#shared/api/http/authenticate-request.ts";
import type { OperationDescription } from "#shared/api/operations/describe-operations.ts";
import { assertScope } from "#shared/auth/caller.ts";
import { authenticationOf, type FakturoidOperation, fakturoidResponse } from "./fakturoid-call.ts";

export const getUser: FakturoidOperation = {
  operationId: "get_user",
  method: "GET",
  path: "/api/v3/user.json",
  route: "user",
  scope: "AIBooks.activity.READ",
  parameters: [userAgent],
  handle: async (call) => {
    const token = await authenticateRequest(authenticationOf(call));
    assertScope(token, getUser.scope);
    const accounts = await Promise.all(token.org_ids.map((orgId) => call.orgs.get(orgId)));
    return fakturoidResponse(renderUser(token, accounts));
  },
};

export function describeGetUser(): OperationDescription {
  return {
    summary: "The user of the token, and its accounts",
    tags: ["fakturoid"],
    responses: {
      ...okResponse("The user.", userSchema, sampleUser),
      ...errorResponses(400, 401, 403, 429, 500, 503),
    },
  };
}

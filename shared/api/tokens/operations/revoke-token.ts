import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { describeJsonOperation } from "#shared/api/finzbooks/openapi/describe-json-operation.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { tokenExample, tokenSchema } from "#shared/api/tokens/openapi/schemas.ts";
import { revokeOrgToken, tokenIdPattern, toOrgToken } from "#shared/auth/org-tokens.ts";
import type { TokensOperation } from "./tokens-call.ts";

export const revokeToken: TokensOperation = {
  operationId: "revoke_token",
  method: "POST",
  path: `${basePath}/tokens/{token_id}/revoke`,
  route: "revoke_token",
  scope: "AIBooks.tokens.MANAGE",
  parameters: [
    { name: "token_id", in: "path", required: true, schema: { type: "string", pattern: tokenIdPattern.source } },
    ...orgParameters,
  ],
  async handle({ caller, orgTokens, path: { token_id = "" }, auditFields, now }) {
    if (tokenIdPattern.test(token_id)) auditFields.revoked_token_id = token_id;
    const token = toOrgToken(await revokeOrgToken(orgTokens, caller, token_id, now()), caller);
    return jsonResponse(JSON.stringify({ code: 0, message: "success", token }));
  },
};

export const describeRevokeToken = () =>
  describeJsonOperation("access", {
    summary: "Revoke a token",
    description:
      "Ends the access of a token to the organisation immediately, with the viewer tokens that it issued. Of an API " +
      "client, it also ends the access tokens. The caller's own token can be revoked. Other organisations of the token " +
      "are not affected. Revoking a token again changes nothing. Webhook endpoints that it created remain.",
    responses: {
      200: {
        description: "Revoked.",
        content: { token: tokenSchema },
        example: { token: { ...tokenExample, revoked_at: "2026-05-11T08:45:12.000Z" } },
      },
    },
    errors: [404],
  });

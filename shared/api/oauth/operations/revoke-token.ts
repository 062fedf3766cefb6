import type { HttpResponse } from "#shared/api/http/request.ts";
import { authenticateClient, uncounted } from "#shared/api/oauth/client.ts";
import { missingField } from "#shared/api/oauth/errors.ts";
import { describeOauthOperation } from "#shared/api/oauth/openapi/describe-oauth-operation.ts";
import { revocationSchema, sampleToken } from "#shared/api/oauth/openapi/schemas.ts";
import { objectSchema } from "#shared/api/openapi/components.ts";
import { isWellFormedToken, parseTokenId, toTokenRef } from "#shared/auth/token-format.ts";
import { defineOauthOperation, type OauthCall, parseFields, uncachedResponse } from "./oauth-call.ts";

/** RFC 7009. */
export const revokeToken = defineOauthOperation("revoke", handleRevocation);

/** Returns 200 also for an unknown token and one of another client (RFC 7009, section 2.2). */
async function handleRevocation(call: OauthCall): Promise<HttpResponse> {
  const { issued, context } = call;
  const { token_id } = (await authenticateClient(call, uncounted)).token;
  const { token } = parseFields(call);
  if (typeof token !== "string" || token === "") throw missingField("token");
  if (!isWellFormedToken(token)) return uncachedResponse({});
  context.auditFields.revoked_token_id = parseTokenId(token);
  const { isAccessToken, holder, hash } = toTokenRef(token);
  if (isAccessToken && holder === token_id) {
    const grants = await issued.get(token_id);
    // Writes only if the token is stored, because revocations are not rate limited.
    if (grants !== null && Object.hasOwn(grants, hash)) await issued.revoke(token_id, hash);
  }
  return uncachedResponse({});
}

export const describeRevokeToken = () =>
  describeOauthOperation({
    summary: "Revoke an access token",
    description:
      "RFC 7009. An unknown token, or a token of another client, is not revoked, and the response is the same.",
    body: { schema: revocationSchema, example: { token: sampleToken.access_token } },
    success: { description: "The token is not valid any more.", schema: objectSchema({}), example: {} },
  });

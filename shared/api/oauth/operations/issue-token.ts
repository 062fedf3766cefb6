import type { HttpResponse } from "#shared/api/http/request.ts";
import { authenticateClient, type Client, counted } from "#shared/api/oauth/client.ts";
import { asUnknownClient, missingField } from "#shared/api/oauth/errors.ts";
import { describeOauthOperation } from "#shared/api/oauth/openapi/describe-oauth-operation.ts";
import { grantSchema, sampleToken, tokenSchema } from "#shared/api/oauth/openapi/schemas.ts";
import { accessTokenScopes, accessTokenSeconds } from "#shared/auth/access-token-settings.ts";
import { getReusableAccessToken, type IssuedToken, issueAccessToken } from "#shared/auth/issue-access-token.ts";
import { parseTokenId } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { defineOauthOperation, type OauthCall, parseFields, uncachedResponse } from "./oauth-call.ts";

/** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export const issueToken = defineOauthOperation("token", handleGrant);

async function handleGrant(call: OauthCall): Promise<HttpResponse> {
  const client = await authenticateClient(call, counted);
  const { grant_type: grant, scope } = parseFields(call);
  // A parameter without a value counts as omitted (RFC 6749, section 3.2).
  if (grant === undefined || grant === "") throw missingField("grant_type");
  if (grant !== "client_credentials") {
    throw new ActivityError("invalid_value", "grant_type must be client_credentials.", { field: "grant_type" });
  }
  const { accessToken, expiresInSeconds } = await accessTokenFor(call, client).catch(asUnknownClient);
  call.context.auditFields.issued_token_id = parseTokenId(accessToken);
  const token = { access_token: accessToken, token_type: "Bearer", expires_in: expiresInSeconds };
  return uncachedResponse({ ...token, ...scopeFields(scope) });
}

/** A client over its rate limit gets only the token that it has, so that it can revoke it. */
async function accessTokenFor(call: OauthCall, { token, secret, rateLimitError }: Client): Promise<IssuedToken> {
  const { issued: grants, now, random } = call;
  if (rateLimitError === null) return issueAccessToken({ grants, now, random }, token, secret);
  const reusable = await getReusableAccessToken({ grants, now }, token, secret);
  if (reusable === null) throw rateLimitError;
  return reusable;
}

/** Returns the scope if it differs from the requested one (RFC 6749, section 5.1). */
function scopeFields(requested: unknown): { scope?: string } {
  const issuedScope = accessTokenScopes.join(" ");
  return typeof requested !== "string" || requested === "" || requested === issuedScope ? {} : { scope: issuedScope };
}

export const describeIssueToken = () =>
  describeOauthOperation({
    summary: "Request an access token",
    description:
      `OAuth 2.0 client credentials (RFC 6749, section 4.4). The token is valid for ${accessTokenSeconds} seconds, for ` +
      "the account of the client, and ends when the client is revoked. While more than half of its lifetime is left, " +
      "the same token is returned again. All tokens of a client share its rate limit.",
    body: { schema: grantSchema, example: { grant_type: "client_credentials" } },
    success: { description: "The token.", schema: tokenSchema, example: sampleToken },
  });

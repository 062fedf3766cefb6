import { objectComponent } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { accessTokenScopes, accessTokenSeconds } from "#shared/auth/access-token-settings.ts";
import { deriveAccessToken, formatToken, tokenBytes } from "#shared/auth/token-format.ts";

const accessToken = deriveAccessToken(formatToken(new Uint8Array(tokenBytes).fill(171), "client"), "sample");

export const sampleToken = { access_token: accessToken, token_type: "Bearer", expires_in: accessTokenSeconds };

export const grantSchema = schemaComponent("OauthGrant", {
  type: "object",
  description: "Other fields are ignored.",
  required: ["grant_type"],
  properties: { grant_type: { type: "string", const: "client_credentials" } },
});

export const tokenSchema = objectComponent(
  "OauthToken",
  {
    access_token: { type: "string", pattern: `^[0-9a-f]{${accessToken.length}}$` },
    token_type: { type: "string", const: sampleToken.token_type },
    expires_in: {
      type: "integer",
      minimum: 1,
      maximum: accessTokenSeconds,
      description: "Seconds until the token expires. It cannot be refreshed: request a new one.",
    },
  },
  { description: "An access token." },
  {
    scope: {
      type: "string",
      const: accessTokenScopes.join(" "),
      description: "The scope of the token. Only present if the request names another scope.",
    },
  },
);

export const revocationSchema = schemaComponent("OauthRevocation", {
  type: "object",
  description: "Other fields are ignored.",
  required: ["token"],
  properties: { token: { type: "string", minLength: 1, description: "The access token to revoke." } },
});

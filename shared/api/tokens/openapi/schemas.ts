import { objectComponent, timestampSchema } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { maxTokens } from "#shared/api/tokens/parameters.ts";
import { type OrgToken, tokenIdPattern } from "#shared/auth/org-tokens.ts";

const timestampOrNull = { ...timestampSchema, type: ["string", "null"] };

export const tokenSchema = objectComponent("Token", {
  token_id: { type: "string", pattern: tokenIdPattern.source },
  user_id: { type: ["string", "null"], description: "The user that it acts for." },
  scopes: {
    type: "array",
    items: { type: "string" },
    description: "Its permissions. `Fakturoid.oauth.CLIENT` is that of an API client.",
  },
  org_ids: {
    type: "array",
    items: { type: "string" },
    description: "Its organisations that the caller's token gives access to, too.",
  },
  created_at: timestampSchema,
  expires_at: { ...timestampOrNull, description: "`null` if it does not expire." },
  revoked_at: { ...timestampOrNull, description: "When its access to the organisation was revoked." },
  last_used_at: {
    ...timestampOrNull,
    description:
      "The start of the minute in which it was last used. `null` if it never was, and for a token with organisations " +
      "that the caller's token does not give access to.",
  },
});

export const tokensSchema = schemaComponent("Tokens", { type: "array", maxItems: maxTokens, items: tokenSchema });

export const tokensPageSchema = objectComponent("TokensPage", {
  limit: { type: "integer", minimum: 1, maximum: maxTokens },
  returned: { type: "integer", minimum: 0, maximum: maxTokens },
  has_more_page: { type: "boolean", description: "Whether more tokens follow, at the URL in the `Link` header." },
});

export const tokenExample: OrgToken = {
  token_id: "tok_000102030405060708090a0b0c0d0e0f",
  user_id: "usr_xyz",
  scopes: ["AIBooks.activity.READ"],
  org_ids: ["org_8f9a1c2d"],
  created_at: "2026-01-07T09:12:44.031Z",
  expires_at: null,
  revoked_at: null,
  last_used_at: "2026-05-11T08:30:00.000Z",
};

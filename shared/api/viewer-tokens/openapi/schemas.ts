import { objectComponent, timestampSchema } from "#shared/api/openapi/components.ts";
import { secretPrefixes } from "#shared/auth/token-format.ts";
import { hiddenByDefault } from "#shared/auth/viewer-tokens/hidden-fields.ts";
import { viewerScopes } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { documentTypes } from "#shared/events/entity-types.ts";

const idOrNull = { type: ["string", "null"] };

export const viewerTokenSchema = objectComponent("ViewerToken", {
  viewer_token_id: { type: "string", pattern: "^vwt_[0-9a-f]{32}$", description: "Its id in the audit log." },
  token: { type: "string", description: `The secret, \`${secretPrefixes.viewer}…\`. It is stored nowhere.` },
  org_id: { type: "string" },
  entity_type: { type: ["string", "null"], enum: [...documentTypes, null] },
  entity_id: idOrNull,
  contact_id: idOrNull,
  actor_user_id: idOrNull,
  hide: { type: "array", items: { type: "string" } },
  origins: { type: "array", items: { type: "string" } },
  scopes: { type: "array", items: { type: "string", enum: viewerScopes } },
  expires_at: timestampSchema,
});

const limits = { entity_type: "INVOICE", entity_id: "inv_abc" } as const;
const origins = ["https://app.example.com"];

export const viewerTokenExample = {
  body: { ...limits, origins, expires_in: 900 },
  viewer_token: {
    viewer_token_id: "vwt_000102030405060708090a0b0c0d0e0f",
    token: `${secretPrefixes.viewer}…`,
    org_id: "org_8f9a1c2d",
    ...limits,
    contact_id: null,
    actor_user_id: null,
    hide: hiddenByDefault,
    origins,
    scopes: ["AIBooks.activity.READ"],
    expires_at: "2026-05-11T08:45:12.000Z",
  },
};

import { describedAnchorsOperations } from "#shared/api/anchors/operations/anchors-operations.ts";
import { describedChangesOperations } from "#shared/api/changes/operations/changes-operations.ts";
import { describedFakturoidOperations } from "#shared/api/fakturoid/operations/fakturoid-operations.ts";
import { describedFinzbooksOperations } from "#shared/api/finzbooks/operations/finzbooks-operations.ts";
import { describedOauthOperations } from "#shared/api/oauth/operations/oauth-operations.ts";
import { ComponentCollector } from "#shared/api/operations/component-collector.ts";
import { describeOperations, viewerTokenScheme } from "#shared/api/operations/describe-operations.ts";
import { describedProofsOperations } from "#shared/api/proofs/operations/proofs-operations.ts";
import { describedSimplybooksOperations } from "#shared/api/simplybooks/operations/simplybooks-operations.ts";
import { describedTokensOperations } from "#shared/api/tokens/operations/tokens-operations.ts";
import { describedViewerTokensOperations } from "#shared/api/viewer-tokens/operations/viewer-tokens-operations.ts";
import { renderWebhookRequests } from "#shared/api/webhooks/openapi/webhook-requests.ts";
import { describedWebhooksOperations } from "#shared/api/webhooks/operations/webhooks-operations.ts";
import { secretPrefixes } from "#shared/auth/token-format.ts";
import { describedSpecOperations } from "./spec-operations.ts";

const securitySchemes = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: `${secretPrefixes.token}…`,
    description:
      "`Authorization: Bearer` and a token that an administrator issued. The token needs the scope that the operation " +
      "lists.",
  },
  [viewerTokenScheme]: {
    type: "http",
    scheme: "bearer",
    bearerFormat: `${secretPrefixes.viewer}…`,
    description:
      "`Authorization: Bearer` and a token from `POST /api/public/v1/viewer-tokens`, which is made for browsers. It has " +
      "the scopes, the limits and the origins that it was issued with.",
  },
  apiKey: {
    type: "apiKey",
    in: "header",
    name: "X-API-Key",
    description: `\`X-API-Key: ${secretPrefixes.key}…\`. A key has the scope that its operations list.`,
  },
  oauthToken: {
    type: "http",
    scheme: "bearer",
    description: "`Authorization: Bearer` and an access token from `POST /api/v3/oauth/token`, which has the scope.",
  },
  oauthClient: {
    type: "http",
    scheme: "basic",
    description:
      "`Authorization: Basic` and `{client_id}:{client_secret}` in Base64, in either alphabet. The secret begins " +
      `with \`${secretPrefixes.client}\`.`,
  },
};

const info = {
  title: "Activity log",
  version: "1.0.0",
  description:
    "Every state change of an organisation's documents, in one append-only log. The services that make the changes " +
    "write the events. This API lists them, and sends them to webhook endpoints. It has three dialects: FinzBooks " +
    "under `/api/public/v1`, SimplyBooks under `/api/v1`, and Fakturoid under `/api/v3`. HEAD works like GET. Large " +
    "responses are compressed if the client accepts gzip or Brotli. Unknown parameters are errors, except in the " +
    "Fakturoid dialect. Unknown paths return 404, other methods 405, in the format of the path's dialect, and " +
    "elsewhere as a `Problem`.",
  license: { name: "Apache 2.0", identifier: "Apache-2.0" },
};

const tags = [
  { name: "activity", description: "Timelines, newest first." },
  { name: "proofs", description: "Signed checkpoints of the log, and proofs that anyone can verify offline." },
  { name: "webhooks", description: "Webhook endpoints and their deliveries." },
  { name: "receiving", description: "The requests to webhook endpoints." },
  { name: "access", description: "The token of the request, tokens for browsers, and the tokens of the organisation." },
  { name: "simplybooks", description: "The same log as SimplyBooks activities, in XML or JSON." },
  { name: "fakturoid", description: "The same log as Fakturoid events." },
  { name: "oauth", description: "Access tokens for API clients, with OAuth 2.0." },
  { name: "documents", description: "Machine-readable specs of this API." },
];

const collector = new ComponentCollector();

const paths = collector.collect({
  ...describeOperations(describedFinzbooksOperations(), ["accessToken"]),
  ...describeOperations(describedChangesOperations(), ["accessToken"]),
  ...describeOperations(describedProofsOperations(), ["accessToken"]),
  ...describeOperations(describedAnchorsOperations(), []),
  ...describeOperations(describedViewerTokensOperations(), ["accessToken"]),
  ...describeOperations(describedTokensOperations(), ["accessToken"]),
  ...describeOperations(describedWebhooksOperations(), ["accessToken"]),
  ...describeOperations(describedSimplybooksOperations(), ["apiKey", "accessToken"]),
  ...describeOperations(describedFakturoidOperations(), ["oauthToken", "accessToken"]),
  ...describeOperations(describedOauthOperations(), ["oauthClient"]),
  ...describeOperations(describedSpecOperations(), []),
});

const webhooks = collector.collect(renderWebhookRequests());

const components = { ...collector.components, securitySchemes };

/** Returns the OpenAPI 3.1 document of all operations. `origin` is the scheme and host that the caller used. */
export function createOpenApiDescription(origin: string) {
  return { openapi: "3.1.0", info, servers: [{ url: origin }], tags, paths, webhooks, components };
}

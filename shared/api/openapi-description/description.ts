import { fakturoidComponents, fakturoidPaths } from "#shared/api/fakturoid/openapi/paths.ts";
import { errorResponses } from "#shared/api/finzbooks/openapi/errors.ts";
import { describedFinzbooksOperations } from "#shared/api/finzbooks/operations/finzbooks-operations.ts";
import { oauthComponents, oauthPaths } from "#shared/api/oauth/openapi/paths.ts";
import { responseHeaders } from "#shared/api/openapi/headers.ts";
import { type Components, collectComponents } from "#shared/api/operations/component.ts";
import { describeOperations } from "#shared/api/operations/describe-operations.ts";
import { describedSimplybooksOperations } from "#shared/api/simplybooks/operations/simplybooks-operations.ts";
import { webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { renderWebhookRequests } from "#shared/api/webhooks/openapi/webhook-requests.ts";
import { describedWebhooksOperations } from "#shared/api/webhooks/operations/webhooks-operations.ts";
import { secretPrefixes } from "#shared/auth/token-format.ts";
import { eventSchemaPath } from "#shared/events/event-json-schema.ts";

/** The public paths that serve the specs of this API, and their summaries. */
export const specPaths = {
  "/openapi.json": "This OpenAPI 3.1 description",
  [eventSchemaPath]: "The JSON Schema of an event that a service writes",
  [webhookSchemaPath]: "The JSON Schema of the body of a webhook",
} as const;

const securitySchemes = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: `${secretPrefixes.token}…`,
    description:
      "`Authorization: Bearer` and a token that an administrator issued. The token needs the scope that the operation " +
      "lists.",
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
  { name: "webhooks", description: "Webhook endpoints and their deliveries." },
  { name: "receiving", description: "The requests to webhook endpoints." },
  { name: "access", description: "The token of the request." },
  { name: "simplybooks", description: "The same log as SimplyBooks activities, in XML or JSON." },
  { name: "fakturoid", description: "The same log as Fakturoid events." },
  { name: "oauth", description: "Access tokens for API clients, with OAuth 2.0." },
  { name: "documents", description: "Machine-readable specs of this API." },
];

/** Returns the OpenAPI 3.1 document of all routes. `origin` is the scheme and host that the caller used. */
export function createOpenApiDescription(origin: string) {
  const fakturoid = fakturoidComponents();
  const oauth = oauthComponents();
  const components: Components = {
    schemas: {
      ...fakturoid.schemas,
      ...oauth.schemas,
      ...fakturoid.errorSchemas,
      ...oauth.errorSchemas,
    },
    parameters: { ...fakturoid.parameters },
    headers: { ...fakturoid.headers, ...oauth.headers },
    responses: { ...fakturoid.responses, ...oauth.responses },
  };
  const paths = {
    ...describeOperations(describedFinzbooksOperations(), ["accessToken"]),
    ...describeOperations(describedWebhooksOperations(), ["accessToken"]),
    ...describeOperations(describedSimplybooksOperations(), ["apiKey", "accessToken"]),
    ...fakturoidPaths(),
    ...oauthPaths(),
    ...describeSpecOperations(),
  };
  return {
    openapi: "3.1.0",
    info,
    servers: [{ url: origin }],
    tags,
    paths: collectComponents(paths, components),
    webhooks: collectComponents(renderWebhookRequests(), components),
    components: { ...components, securitySchemes },
  };
}

function describeSpecOperations() {
  const content = { "application/json": { schema: { type: "object" } } };
  const operations = Object.entries(specPaths).map(([path, summary]) => {
    const get = {
      operationId: `get_${path.replaceAll(/\W+/g, "_").replace(/^_/, "")}`,
      summary,
      tags: ["documents"],
      security: [],
      responses: { 200: { description: summary, headers: responseHeaders([]), content }, ...errorResponses(500, 503) },
    };
    return [path, { get }] as const;
  });
  return Object.fromEntries(operations);
}

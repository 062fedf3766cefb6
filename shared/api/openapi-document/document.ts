import { fakturoidComponents, fakturoidPaths } from "#shared/api/fakturoid/openapi/paths.ts";
import { errorResponseRefs } from "#shared/api/finzbooks/openapi/errors.ts";
import { finzbooksComponents, finzbooksPaths } from "#shared/api/finzbooks/openapi/paths.ts";
import { oauthComponents, oauthPaths } from "#shared/api/oauth/openapi/paths.ts";
import { headerRefs } from "#shared/api/openapi/components.ts";
import { simplybooksComponents, simplybooksPaths } from "#shared/api/simplybooks/openapi/paths.ts";
import { webhookPaths } from "#shared/api/webhooks/openapi/openapi.ts";
import { webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { webhookSchemas } from "#shared/api/webhooks/openapi/schemas.ts";
import { renderWebhookRequests } from "#shared/api/webhooks/openapi/webhook-requests.ts";
import { secretPrefixes } from "#shared/auth/token.ts";
import { eventSchemaPath } from "#shared/events/event-json-schema.ts";

/** The paths of the documents themselves, which need no token, and what each of them holds. */
export const documentPaths = {
  "/openapi.json": "This description, in OpenAPI 3.1",
  [eventSchemaPath]: "The JSON Schema of an event as a service writes it",
  [webhookSchemaPath]: "The JSON Schema of the body of a webhook",
} as const;

const wwwAuthenticate = {
  description: "The scheme to authenticate by, and its parameters (RFC 9110, section 11.6.1).",
  schema: { type: "string", pattern: "^(Bearer|Basic)\\b" },
};

const securitySchemes = {
  accessToken: {
    type: "http",
    scheme: "bearer",
    bearerFormat: `${secretPrefixes.token}…`,
    description:
      "`Authorization: Bearer` and a token that an administrator issued. Where an operation lists a scope, the token " +
      "needs it.",
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
    description: "`Authorization: Bearer` and an access token that `POST /api/v3/oauth/token` gave. It has the scope.",
  },
  oauthClient: {
    type: "http",
    scheme: "basic",
    description:
      "`Authorization: Basic` and the Base 64, in either alphabet, of `{client_id}:{client_secret}`. The secret begins " +
      `with \`${secretPrefixes.client}\`.`,
  },
};

/** The OpenAPI 3.1 description of every route, as seen from the scheme and host that the caller used. */
export function createOpenApiDocument(origin: string) {
  const finzbooks = finzbooksComponents();
  const simplybooks = simplybooksComponents();
  const fakturoid = fakturoidComponents();
  const oauth = oauthComponents();
  return {
    openapi: "3.1.0",
    info: {
      title: "Activity log",
      version: "1.0.0",
      description:
        "Every state change of an organisation's documents, in one append-only log. The services that make " +
        "the changes write the events; they can be read here, and sent to webhook endpoints as they happen. The log " +
        "is read in three dialects: under `/api/public/v1` that of FinzBooks, under `/api/v1` that of SimplyBooks, " +
        "under `/api/v3` that of Fakturoid. HEAD works wherever GET does; large answers are compressed for callers " +
        "that accept gzip or brotli. Unknown parameters are refused, except by the Fakturoid dialect. " +
        "Unknown paths answer 404, other methods 405, both in the words of the dialect " +
        "that the path belongs to, and elsewhere as a `Problem`.",
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    tags: [
      { name: "activity", description: "Timelines, newest first." },
      { name: "webhooks", description: "Where events are sent to as they happen, and what became of each." },
      { name: "receiving", description: "What webhook endpoints are sent." },
      { name: "access", description: "What a token is good for." },
      { name: "simplybooks", description: "The same log as SimplyBooks activities, in XML or JSON." },
      { name: "fakturoid", description: "The same log as Fakturoid events." },
      { name: "oauth", description: "Access tokens for API clients, by OAuth 2.0." },
      { name: "documents", description: "What describes this API." },
    ],
    paths: {
      ...finzbooksPaths(),
      ...webhookPaths(),
      ...simplybooksPaths(),
      ...fakturoidPaths(),
      ...oauthPaths(),
      ...describeDocuments(),
    },
    webhooks: renderWebhookRequests(),
    components: {
      schemas: {
        ...finzbooks.schemas,
        ...webhookSchemas,
        ...simplybooks.schemas,
        ...fakturoid.schemas,
        ...oauth.schemas,
        ...fakturoid.errorSchemas,
        ...oauth.errorSchemas,
      },
      parameters: { ...finzbooks.parameters, ...simplybooks.parameters, ...fakturoid.parameters },
      headers: { ...finzbooks.headers, ...fakturoid.headers, ...oauth.headers, "WWW-Authenticate": wwwAuthenticate },
      responses: { ...finzbooks.responses, ...simplybooks.responses, ...fakturoid.responses, ...oauth.responses },
      securitySchemes,
    },
  };
}

function describeDocuments() {
  const content = { "application/json": { schema: { type: "object" } } };
  const described = Object.entries(documentPaths).map(([path, summary]) => {
    const get = {
      operationId: `get_${path.replaceAll(/\W+/g, "_").replace(/^_/, "")}`,
      summary,
      tags: ["documents"],
      security: [],
      responses: { 200: { description: summary, headers: headerRefs([]), content }, ...errorResponseRefs(500, 503) },
    };
    return [path, { get }] as const;
  });
  return Object.fromEntries(described);
}

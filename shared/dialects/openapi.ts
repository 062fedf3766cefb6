import { finzbooksComponents, finzbooksPaths } from "./finzbooks/openapi.ts";
import { headerRefs, problemRefs } from "./finzbooks/openapi-problems.ts";
import { webhookPaths } from "./finzbooks/webhooks/openapi.ts";
import { webhookSchemas } from "./finzbooks/webhooks/openapi-schemas.ts";
import { webhooksSent } from "./finzbooks/webhooks/openapi-sent.ts";
import { webhookSchemaPath } from "./finzbooks/webhooks/payload-schema.ts";

/** The paths of the documents themselves, which need no token, and what each of them holds. */
export const documentPaths = {
  "/openapi.json": "This description, in OpenAPI 3.1",
  "/schemas/event.json": "The JSON Schema of an event as a service writes it",
  [webhookSchemaPath]: "The JSON Schema of the body of a webhook",
} as const;

/** The OpenAPI 3.1 description of every route, as seen from the scheme and host that the caller used. */
export function openApi(origin: string) {
  const components = finzbooksComponents();
  return {
    openapi: "3.1.0",
    info: {
      title: "Activity log",
      version: "1.0.0",
      description:
        "Every state change of an organisation's documents, in one append-only log. The services that make " +
        "the changes write the events; they can be read here, and sent to webhook endpoints as they happen. HEAD " +
        "works wherever GET does; large answers are compressed for callers that accept gzip or brotli. Unknown paths " +
        "answer 404, other methods 405, both as a `Problem`.",
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    tags: [
      { name: "activity", description: "Timelines, newest first." },
      { name: "webhooks", description: "Where events are sent to as they happen, and what became of each." },
      { name: "access", description: "What a token is good for." },
      { name: "documents", description: "What describes this API." },
    ],
    paths: { ...finzbooksPaths(), ...webhookPaths(), ...describeDocuments() },
    webhooks: webhooksSent(),
    components: {
      ...components,
      schemas: { ...components.schemas, ...webhookSchemas },
      securitySchemes: {
        accessToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "aibooks_pat_…",
          description: "`Authorization: Bearer aibooks_pat_…`. Where an operation lists a scope, the token needs it.",
        },
      },
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
      responses: { 200: { description: summary, headers: headerRefs([]), content }, ...problemRefs(500, 503) },
    };
    return [path, { get }] as const;
  });
  return Object.fromEntries(described);
}

import { finzbooksComponents, finzbooksPaths } from "./finzbooks/openapi.ts";
import { headerRefs, problemRefs } from "./finzbooks/openapi-problems.ts";

/** The paths of the documents themselves, which need no token, and what each of them holds. */
export const documentPaths = {
  "/openapi.json": "This description, in OpenAPI 3.1",
  "/schemas/event.json": "The JSON Schema of an event as a service writes it",
} as const;

/** The OpenAPI 3.1 description of every route, as seen from the scheme and host that the caller used. */
export function openApi(origin: string) {
  return {
    openapi: "3.1.0",
    info: {
      title: "Activity log",
      version: "1.0.0",
      description:
        "Every state change of an organisation's documents, in one append-only log. The API is read-only: events are " +
        "written by the services that make the changes. HEAD works wherever GET does; large answers are compressed for " +
        "callers that accept gzip or brotli. Unknown paths answer 404, other methods 405, both as a `Problem`.",
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: origin }],
    tags: [
      { name: "activity", description: "Timelines, newest first." },
      { name: "access", description: "What a token is good for." },
      { name: "documents", description: "What describes this API." },
    ],
    paths: { ...finzbooksPaths(), ...describeDocuments() },
    components: {
      ...finzbooksComponents(),
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

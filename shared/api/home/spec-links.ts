import { webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";

/** The API specs that the home page links to, and their keys in its JSON. */
export const specLinks = [
  {
    key: "openapi",
    path: "/openapi.json",
    name: "OpenAPI description",
    description: "All routes of the API, with examples. Client generators can read it.",
  },
  {
    key: "event_schema",
    path: "/schemas/event.json",
    name: "Schema of an event",
    description: "What a service writes into the log, as JSON Schema.",
  },
  {
    key: "webhook_schema",
    path: webhookSchemaPath,
    name: "Schema of a webhook",
    description: "What an endpoint receives, as JSON Schema.",
  },
] as const;

import { webhookSchemaPath } from "#shared/api/webhooks/openapi/payload-schema.ts";

/** The documents that the page links to, and its JSON names. */
export const documents = [
  {
    key: "openapi",
    path: "/openapi.json",
    name: "OpenAPI document",
    description: "Every route of the API, with examples. Generators make clients of it.",
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

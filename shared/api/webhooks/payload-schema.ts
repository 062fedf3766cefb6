import { eventSchema, exactly, timeSchema } from "#shared/api/finzbooks/openapi-schemas.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";

export const webhookSchemaPath = "/schemas/webhook.json";

/** What deliveries hold. */
export const payloadSchema = exactly(
  {
    event_type: {
      type: "string",
      pattern: eventTypePattern.source,
      description: "`{entity}.{verb}`. The vocabulary is open: answer 2xx to what you do not know.",
    },
    delivery_id: {
      type: "string",
      pattern: deliveryIdPattern.source,
      description: "The same over all attempts at this delivery: who has seen it has seen the event.",
    },
    occurred_at: timeSchema,
    org_id: { type: "string", pattern: orgIdPattern.source },
    data: eventSchema({ type: "string", enum: [...documentTypes, "WEBHOOK_ENDPOINT"] }),
  },
  { description: "The body of a delivery." },
  {
    test: {
      type: "boolean",
      const: true,
      description: "Only in a test that somebody asked for: the event is invented, and nothing is to be booked for it.",
    },
  },
);

/** The JSON Schema (draft 2020-12) of the body of a delivery. */
export function webhookJsonSchema(origin: string) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `${origin}${webhookSchemaPath}`,
    ...payloadSchema,
  };
}

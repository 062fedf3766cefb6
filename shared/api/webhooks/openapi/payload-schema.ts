import { eventSchema } from "#shared/api/finzbooks/openapi/schemas.ts";
import { objectSchema, timestampSchema } from "#shared/api/openapi/components.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { orgIdPattern } from "#shared/events/limits.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { deliveryIdPattern } from "#shared/webhooks/ids.ts";

export const sequenceOrNullSchema = {
  type: ["integer", "null"],
  format: "int64",
  minimum: 1,
  description:
    "The number of the event in the log of its organisation, as in `GET /activity/changes`. `null` for a test, and for " +
    "a replay that does not know it.",
};

export const sealedAtOrNullSchema = {
  ...timestampSchema,
  type: ["string", "null"],
  description: "When the event got its number: UTC, three fraction digits. `null` together with `sequence`.",
};

export const webhookSchemaPath = "/schemas/webhook.json";

/** The JSON Schema of the body of a delivery. */
export const payloadSchema = objectSchema(
  {
    event_type: {
      type: "string",
      pattern: eventTypePattern.source,
      description: "`{entity}.{verb}`. The vocabulary is open: respond with 2xx to unknown types.",
    },
    delivery_id: {
      type: "string",
      pattern: deliveryIdPattern.source,
      description: "The same for all attempts: use it to recognise repeated deliveries.",
    },
    sequence: sequenceOrNullSchema,
    sealed_at: sealedAtOrNullSchema,
    occurred_at: timestampSchema,
    org_id: { type: "string", pattern: orgIdPattern.source },
    data: eventSchema({ type: "string", enum: [...documentTypes, "WEBHOOK_ENDPOINT"] }),
  },
  { description: "The body of a delivery." },
  {
    test: {
      type: "boolean",
      const: true,
      description: "Only in a test delivery: the event is invented and must not be booked.",
    },
  },
);

/** Returns the JSON Schema (draft 2020-12) of the body of a delivery, as a separate file. */
export function webhookJsonSchema(origin: string) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `${origin}${webhookSchemaPath}`,
    ...payloadSchema,
  };
}

import { deliveryIdAt } from "#shared/webhooks/deliveries/delivery.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { type EventTypeDefinition, eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { webhookSchemaPath } from "./openapi/payload-schema.ts";

const sampleTime = "2026-05-11T08:30:12.000Z";
const sampleEntry = { sequence: 4711, sealed_at: "2026-05-11T08:30:12.204Z" };

/** Renders the catalogue. Each type has its schema, and a sample of what the organisation would be sent. */
export function renderEventTypes(orgId: string, origin: string): string {
  const types = eventTypeCatalogue.map((definition) => {
    const { event_type, description } = definition;
    const event = sampleEvent(event_type, orgId, sampleTime);
    const sample = renderPayload(event, {
      delivery_id: deliveryIdAt(sampleTime, event_type),
      event,
      ...sampleEntry,
    });
    const schema = JSON.stringify(schemaOf(definition, origin));
    return `{"event_type":"${event_type}","description":"${description}","sample":${sample},"schema":${schema}}`;
  });
  return `{"code":0,"message":"success","event_types":[${types.join(",")}]}`;
}

/** Returns the schema of a type: the common one of payloads, and the type's own values. */
function schemaOf({ event_type, entity_type, description }: EventTypeDefinition, origin: string) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: event_type,
    description,
    $ref: `${origin}${webhookSchemaPath}`,
    properties: { event_type: { const: event_type }, data: { properties: { entity_type: { const: entity_type } } } },
  };
}

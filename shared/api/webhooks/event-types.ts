import { deliveryIdAt } from "#shared/webhooks/deliveries/delivery.ts";
import { payloadOf } from "#shared/webhooks/deliveries/payload.ts";
import { type CataloguedType, catalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { webhookSchemaPath } from "./payload-schema.ts";

const sampleTime = "2026-05-11T08:30:12.000Z";

/** The catalogue, each type with a sample of what would be sent to the organisation, and with its schema. */
export function renderEventTypes(orgId: string, origin: string): string {
  const types = catalogue.map((type) => {
    const { event_type, description } = type;
    const sample = payloadOf(sampleEvent(event_type, orgId, sampleTime), deliveryIdAt(sampleTime, event_type));
    const schema = JSON.stringify(schemaOf(type, origin));
    return `{"event_type":"${event_type}","description":"${description}","sample":${sample},"schema":${schema}}`;
  });
  return `{"code":0,"message":"success","event_types":[${types.join(",")}]}`;
}

/** What a type has of its own, beside what every payload has. */
function schemaOf({ event_type, entity_type, description }: CataloguedType, origin: string) {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: event_type,
    description,
    $ref: `${origin}${webhookSchemaPath}`,
    properties: { event_type: { const: event_type }, data: { properties: { entity_type: { const: entity_type } } } },
  };
}

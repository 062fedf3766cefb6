import { describe, expect, it } from "vitest";
import { webhookJsonSchema } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { isEventTypeFilter, subscribesToEvent } from "#shared/webhooks/event-types/event-type-filter.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { answerSchemaFaults } from "#test/support/api/json-schema.ts";
import { catchError } from "#test/support/catch-error.ts";

const at = "2026-05-11T08:30:12.250Z";
const types = eventTypeCatalogue.map(({ event_type }) => event_type);

describe("the catalogue", () => {
  it("names each type once, and each can be a filter", () => {
    expect(new Set(types).size).toBe(types.length);
    for (const type of types) expect(isEventTypeFilter(type), type).toBe(true);
  });

  it("has what is created, changed and deleted of every kind of document, and of endpoints", () => {
    for (const entity of [...documentTypes, "WEBHOOK_ENDPOINT"]) {
      const expected = ["created", "updated", "deleted"].map((verb) => `${entity.toLowerCase()}.${verb}`);
      expect(types).toEqual(expect.arrayContaining(expected));
    }
  });

  it("has the types that the contract speaks of, and none that make no sense", () => {
    const spoken = ["invoice.sent", "credit_note.voided", "invoice.email_sent", "bill.comment_added"];
    const sampled = ["bill.approved", "estimate.accepted", "invoice.paid", "invoice.partially_paid"];
    expect(types).toEqual(expect.arrayContaining([...spoken, ...sampled]));
    for (const type of ["contact.paid", "item.sent", "journal.accepted", "attachment.attachment_added"]) {
      expect(types).not.toContain(type);
    }
  });
});

describe("a sample", () => {
  const faults = answerSchemaFaults(webhookJsonSchema("https://api.example.com"));

  it.each(types)("of %s is an event of that type, and what would be sent is valid", (type) => {
    const event = sampleEvent(type, "org_a", at);
    expect(eventTypeOf(event)).toBe(type);
    expect(event).toMatchObject({ org_id: "org_a", occurred_at: at, recorded_at: at });
    expect(subscribesToEvent({ events: [type], entity_id: null }, event)).toBe(true);
    expect(faults(JSON.parse(renderPayload(event, "dlv_0196be2f3a4b5c6d7e8f90a1b2c3d4e5")))).toEqual([]);
  });

  it("is the same for the same organisation and time, so that each attempt sends the same bytes", () => {
    expect(sampleEvent("invoice.sent", "org_a", at)).toEqual(sampleEvent("invoice.sent", "org_a", at));
    const ids = [
      sampleEvent("invoice.sent", "org_a", at),
      sampleEvent("invoice.sent", "org_b", at),
      sampleEvent("invoice.paid", "org_a", at),
      sampleEvent("invoice.sent", "org_a", "2026-05-11T08:30:13.250Z"),
    ].map(({ event_id }) => event_id);
    expect(new Set(ids).size).toBe(4);
  });

  it.each(["", "invoice", "invoice.*", "*", "invoice.unheard_of", "Invoice.Sent", "constructor.created"])(
    "of %j is refused, with the types that there are",
    (type) => {
      const { code, context } = catchError(() => sampleEvent(type, "org_a", at));
      expect([code, context.field, context.details?.valid]).toEqual(["invalid_value", "event_type", types]);
    },
  );
});

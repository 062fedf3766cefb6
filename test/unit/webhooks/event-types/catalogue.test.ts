import { describe, expect, it } from "vitest";
import { webhookJsonSchema } from "#shared/api/webhooks/openapi/payload-schema.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import { isEventTypeFilter, subscribesToEvent } from "#shared/webhooks/event-types/event-type-filter.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { createResponseValidator } from "#test/support/api/json-schema.ts";
import { aDeliveryMessage } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const at = "2026-05-11T08:30:12.250Z";
const types = eventTypeCatalogue.map(({ event_type }) => event_type);

describe("eventTypeCatalogue", () => {
  it("lists each event type once, and each is a valid filter", () => {
    expect(new Set(types).size).toBe(types.length);
    for (const type of types) expect(isEventTypeFilter(type), type).toBe(true);
  });

  it("contains created, updated and deleted of every document type and of endpoints", () => {
    for (const entity of [...documentTypes, "WEBHOOK_ENDPOINT"]) {
      const expected = ["created", "updated", "deleted"].map((verb) => `${entity.toLowerCase()}.${verb}`);
      expect(types).toEqual(expect.arrayContaining(expected));
    }
  });

  it("contains the event types of the contract, and no combination without meaning", () => {
    const documented = ["invoice.sent", "credit_note.voided", "invoice.email_sent", "bill.comment_added"];
    const sampled = ["bill.approved", "estimate.accepted", "invoice.paid", "invoice.partially_paid"];
    expect(types).toEqual(expect.arrayContaining([...documented, ...sampled]));
    for (const type of ["contact.paid", "item.sent", "journal.accepted", "attachment.attachment_added"]) {
      expect(types).not.toContain(type);
    }
  });
});

describe("sampleEvent", () => {
  const validatePayload = createResponseValidator(webhookJsonSchema("https://api.example.com"));

  it.each(types)("returns an event of type %s whose payload is valid", (type) => {
    const event = sampleEvent(type, "org_a", at);
    expect(eventTypeOf(event)).toBe(type);
    expect(event).toMatchObject({ org_id: "org_a", occurred_at: at, recorded_at: at });
    expect(subscribesToEvent({ events: [type], entity_id: null }, event)).toBe(true);
    expect(validatePayload(JSON.parse(renderPayload(event, aDeliveryMessage())))).toEqual([]);
  });

  it("returns the same event for the same organisation and time, so that each attempt sends the same body", () => {
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
    "throws an error that lists the valid types for %j",
    (type) => {
      const { code, context } = catchError(() => sampleEvent(type, "org_a", at));
      expect([code, context.field, context.details?.valid]).toEqual(["invalid_value", "event_type", types]);
    },
  );
});

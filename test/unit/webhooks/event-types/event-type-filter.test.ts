import { describe, expect, it } from "vitest";
import { documentTypes, type EntityType, platformTypes } from "#shared/events/entity-types.ts";
import {
  isEventTypeFilter,
  matchesAnyFilter,
  parseEventTypeFilter,
  subscribesToEvent,
} from "#shared/webhooks/event-types/event-type-filter.ts";
import { anEvent } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const everything = { events: ["*"], entity_id: null };

describe("parseEventTypeFilter", () => {
  it.each([
    "*",
    "invoice.sent",
    "invoice.*",
    "*.voided",
    "*.partially_paid",
    "credit_note.attachment_added",
    "invoice.never_heard_of",
    "invoice.2nd_reminder",
    "webhook_endpoint.*",
    "webhook_endpoint.disabled",
    ...documentTypes.map((type) => `${type.toLowerCase()}.created`),
  ])("accepts %s", (text) => {
    expect(isEventTypeFilter(text)).toBe(true);
    expect(parseEventTypeFilter(text)).toBe(text);
  });

  it.each([
    "",
    "**",
    "*.*",
    "invoice",
    "invoice.",
    ".sent",
    "invoice.sent.twice",
    "Invoice.Sent",
    "INVOICE.SENT",
    "invoice.sent ",
    " invoice.sent",
    "invoice.sent\n",
    "invoice sent",
    "inv*.sent",
    "invoice.se*",
    "invoice._sent",
    "invoice.sent_",
    "invoice.part__paid",
    "invoice.sent,bill.paid",
    `invoice.${"x".repeat(200)}`,
  ])("rejects %j", (text) => {
    expect(isEventTypeFilter(text)).toBe(false);
    const { code, message, context } = catchError(() => parseEventTypeFilter(text));
    expect([code, context.field]).toEqual(["invalid_value", "events"]);
    expect(message.length).toBeLessThan(250);
  });

  it.each([
    "invoices.sent",
    "foo.*",
    "constructor.sent",
    "__proto__.sent",
    ...platformTypes.filter((type) => type !== "WEBHOOK_ENDPOINT").map((type) => `${type.toLowerCase()}.*`),
  ])("rejects %s, whose events are not sent, with the entities whose events are", (text) => {
    const { message, context } = catchError(() => parseEventTypeFilter(text));
    expect(message).toBe(`Unknown entity in the filter '${text}'.`);
    expect(context.details?.valid).toEqual([...documentTypes.map((type) => type.toLowerCase()), "webhook_endpoint"]);
  });
});

describe("matchesAnyFilter and subscribesToEvent", () => {
  it.each([
    ["*", "invoice.sent", true],
    ["invoice.sent", "invoice.sent", true],
    ["invoice.sent", "invoice.sent_twice", false],
    ["invoice.sent", "bill.sent", false],
    ["invoice.*", "invoice.anything", true],
    ["invoice.*", "bill.paid", false],
    ["credit_note.*", "credit_note.voided", true],
    ["*.voided", "credit_note.voided", true],
    ["*.voided", "invoice.sent", false],
    ["*.sent", "invoice.email_sent", false],
    ["webhook_endpoint.*", "webhook_endpoint.disabled", true],
    ["webhook_endpoint.disabled", "webhook_endpoint.disabled", true],
    ["webhook_endpoint.disabled", "webhook_endpoint.enabled", false],
    ["*", "webhook_endpoint.disabled", false],
    ["*.disabled", "webhook_endpoint.disabled", false],
  ])("match the filter %s with the type %s: %s", (filter, type, expected) =>
    expect(matchesAnyFilter([filter], type)).toBe(expected),
  );

  it("match when one of several filters matches", () => {
    expect(matchesAnyFilter(["bill.*", "*.sent"], "invoice.sent")).toBe(true);
    expect(matchesAnyFilter([], "invoice.sent")).toBe(false);
  });

  it.each(documentTypes)("match %s for an endpoint that subscribes to everything", (entity_type) => {
    expect(subscribesToEvent(everything, anEvent({ entity_type, action: `${entity_type}_CREATED` }))).toBe(true);
  });

  it.each<EntityType>([...platformTypes])(
    "do not match %s for an endpoint that subscribes to everything",
    (entity_type) => {
      const event = anEvent({ entity_type, action: `${entity_type}_CREATED` });
      expect(subscribesToEvent(everything, event)).toBe(false);
      expect(subscribesToEvent({ events: ["*.created"], entity_id: null }, event)).toBe(false);
    },
  );

  it("match only the events of one document when the endpoint names it", () => {
    const one = { events: ["*"], entity_id: "inv_1" };
    expect(subscribesToEvent(one, anEvent({ entity_id: "inv_1" }))).toBe(true);
    expect(subscribesToEvent(one, anEvent({ entity_id: "inv_2" }))).toBe(false);
  });
});

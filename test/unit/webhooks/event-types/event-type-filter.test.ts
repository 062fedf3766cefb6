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

describe("a filter", () => {
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
  ])("can be %s", (text) => {
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
  ])("cannot be %j", (text) => {
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
  ])("is refused for an entity that is not sent, with those that are: %s", (text) => {
    const { message, context } = catchError(() => parseEventTypeFilter(text));
    expect(message).toBe(`Unknown entity in the filter '${text}'.`);
    expect(context.details?.valid).toEqual([...documentTypes.map((type) => type.toLowerCase()), "webhook_endpoint"]);
  });
});

describe("matching", () => {
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
  ])("%s and %s: %s", (filter, type, expected) => expect(matchesAnyFilter([filter], type)).toBe(expected));

  it("takes one filter that does", () => {
    expect(matchesAnyFilter(["bill.*", "*.sent"], "invoice.sent")).toBe(true);
    expect(matchesAnyFilter([], "invoice.sent")).toBe(false);
  });

  it.each(documentTypes)("an endpoint that wants everything is told of %s", (entity_type) => {
    expect(subscribesToEvent(everything, anEvent({ entity_type, action: `${entity_type}_CREATED` }))).toBe(true);
  });

  it.each<EntityType>([...platformTypes])("an endpoint that wants everything is not told of %s", (entity_type) => {
    const event = anEvent({ entity_type, action: `${entity_type}_CREATED` });
    expect(subscribesToEvent(everything, event)).toBe(false);
    expect(subscribesToEvent({ events: ["*.created"], entity_id: null }, event)).toBe(false);
  });

  it("keeps to one document where the endpoint names it", () => {
    const one = { events: ["*"], entity_id: "inv_1" };
    expect(subscribesToEvent(one, anEvent({ entity_id: "inv_1" }))).toBe(true);
    expect(subscribesToEvent(one, anEvent({ entity_id: "inv_2" }))).toBe(false);
  });
});

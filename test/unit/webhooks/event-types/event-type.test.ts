import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type EntityType, entityTypes } from "#shared/events/entity-types.ts";
import { actionPattern } from "#shared/events/limits.ts";
import { eventTypeOf, eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";

it.each<[string, EntityType, string]>([
  ["INVOICE_SENT", "INVOICE", "invoice.sent"],
  ["INVOICE_PARTIALLY_PAID", "INVOICE", "invoice.partially_paid"],
  ["CREDIT_NOTE_VOIDED", "CREDIT_NOTE", "credit_note.voided"],
  ["EMAIL_SENT", "INVOICE", "invoice.email_sent"],
  ["COMMENT_ADDED", "BILL", "bill.comment_added"],
  ["ATTACHMENT_ADDED", "BILL", "bill.attachment_added"],
  ["ATTACHMENT_ADDED", "ATTACHMENT", "attachment.added"],
  ["INVOICES_MERGED", "INVOICE", "invoice.invoices_merged"],
  ["WEBHOOK_ENDPOINT_SECRET_ROTATED", "WEBHOOK_ENDPOINT", "webhook_endpoint.secret_rotated"],
])("eventTypeOf returns the type for %s of a %s: %s", (action, entity_type, expected) => {
  expect(eventTypeOf({ action, entity_type })).toBe(expected);
});

it("(property) eventTypeOf matches eventTypePattern for any action and entity type", () => {
  const actions = fc.stringMatching(actionPattern);
  fc.assert(
    fc.property(actions, fc.constantFrom(...entityTypes), (action, entity_type) => {
      expect(eventTypeOf({ action, entity_type })).toMatch(eventTypePattern);
    }),
  );
});

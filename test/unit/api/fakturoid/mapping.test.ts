import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { demoOrg, seedEvents } from "#infra/local/demo/seed-events.ts";
import { getNamingChange, isPaymentName, toEventName, visibleEntityTypes } from "#shared/api/fakturoid/mapping.ts";
import { type EntityType, entityTypes } from "#shared/events/entity-types.ts";
import { toJsonText } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { anInput, testNow } from "#test/support/builders.ts";

const stored = (input: Partial<EventInput>) =>
  parseEventValue(anInput(input), { now: testNow, entropy: "names" }).event;

/** The name of an event of this action and entity that changed these fields. */
function name(action: string, entity_type: EntityType, ...fields: string[]): string {
  const changes = Object.fromEntries(fields.map((field) => [field, { old: "a", new: "b" }]));
  return toEventName({ action, entity_type, changes: fields.length === 0 ? null : toJsonText(changes) });
}

describe("toEventName, contract examples", () => {
  it.each<[string, EntityType, string]>([
    ["INVOICE_SENT", "INVOICE", "invoice_sent"],
    ["INVOICE_PAID", "INVOICE", "invoice_paid"],
    ["CONTACT_DELETED", "CONTACT", "subject_removed"],
    ["EXPENSE_PAID", "EXPENSE", "expense_paid"],
    ["BILL_PAID", "BILL", "expense_paid"],
    ["INVOICE_VOIDED", "INVOICE", "invoice_cancelled"],
    ["EMAIL_SENT", "INVOICE", "email_sent"],
    ["INBOX_FILE_ADDED", "INBOX_FILE", "inbox_file_added"],
    ["INVOICE_PAID_WITH_THANK_YOU_NOTE", "INVOICE", "invoice_paid_with_thank_you_note"],
  ])("%s of %s becomes %s", (action, type, expected) => expect(name(action, type)).toBe(expected));

  it("contains the field when an update changed one field", () => {
    expect(name("INVOICE_UPDATED", "INVOICE", "taxable_fulfillment_due")).toBe(
      "invoice_taxable_fulfillment_due_changed",
    );
    expect(name("CONTACT_UPDATED", "CONTACT", "name")).toBe("subject_name_changed");
    expect(name("BILL_UPDATED", "BILL", "due_date")).toBe("expense_due_date_changed");
  });

  it("ends with _updated when an update changed no field, several, or an unnameable one", () => {
    expect(name("INVOICE_UPDATED", "INVOICE")).toBe("invoice_updated");
    expect(name("INVOICE_UPDATED", "INVOICE", "due_date", "notes")).toBe("invoice_updated");
    for (const field of ["dueDate", "due date", "due-date", "", "1st", "ü", "a\nb", "__proto__", "x".repeat(65)]) {
      expect(name("INVOICE_UPDATED", "INVOICE", field)).toBe("invoice_updated");
    }
    expect(name("INVOICE_UPDATED", "INVOICE", "x".repeat(64))).toBe(`invoice_${"x".repeat(64)}_changed`);
  });

  it("is not a payment when an update changed a paid field", () => {
    for (const field of ["paid", "paid_on", "paid_amount"]) {
      expect(name("INVOICE_UPDATED", "INVOICE", field)).toBe("invoice_updated");
      expect(
        getNamingChange(stored({ action: "INVOICE_UPDATED", changes: { [field]: { old: 0, new: 1 } } })),
      ).toBeNull();
    }
    expect(name("INVOICE_UPDATED", "INVOICE", "unpaid_amount")).toBe("invoice_unpaid_amount_changed");
  });

  it("ignores the change when the action is not an update", () => {
    expect(name("INVOICE_SENT", "INVOICE", "status")).toBe("invoice_sent");
    expect(name("INVOICE_STATUS_CHANGED", "INVOICE", "status")).toBe("invoice_status_changed");
  });
});

describe("toEventName and relatedObjectTypes, vendor vocabulary", () => {
  it.each<[string, string, EntityType]>([
    ["invoice_sent", "INVOICE_SENT", "INVOICE"],
    ["invoice_marked_as_sent", "INVOICE_MARKED_AS_SENT", "INVOICE"],
    ["invoice_accepted", "INVOICE_ACCEPTED", "INVOICE"],
    ["invoice_paid", "INVOICE_PAID", "INVOICE"],
    ["invoice_paid_bank", "INVOICE_PAID_BANK", "INVOICE"],
    ["invoice_paid_with_thank_you_note", "INVOICE_PAID_WITH_THANK_YOU_NOTE", "INVOICE"],
    ["invoice_reminder_sent", "INVOICE_REMINDER_SENT", "INVOICE"],
    ["invoice_payment_removed", "INVOICE_PAYMENT_REMOVED", "INVOICE"],
    ["invoice_cancelled", "INVOICE_CANCELLED", "INVOICE"],
    ["invoice_cancelled", "INVOICE_VOIDED", "INVOICE"],
    ["invoice_undo_cancelled", "INVOICE_UNDO_CANCELLED", "INVOICE"],
    ["invoice_generated", "INVOICE_GENERATED", "INVOICE"],
    ["invoice_overdue", "INVOICE_OVERDUE", "INVOICE"],
    ["invoice_removed", "INVOICE_DELETED", "INVOICE"],
    ["invoice_restored", "INVOICE_RESTORED", "INVOICE"],
    ["expense_paid", "EXPENSE_PAID", "EXPENSE"],
    ["expense_paid", "BILL_PAID", "BILL"],
    ["expense_payment_removed", "BILL_PAYMENT_REMOVED", "BILL"],
    ["expense_overdue", "BILL_OVERDUE", "BILL"],
    ["proforma_paid", "PROFORMA_PAID", "INVOICE"],
    ["subject_merged", "CONTACT_MERGED", "CONTACT"],
    ["subject_removed", "CONTACT_DELETED", "CONTACT"],
    ["generator_removed", "GENERATOR_DELETED", "GENERATOR"],
    ["generator_restored", "GENERATOR_RESTORED", "GENERATOR"],
    ["generator_skipped", "GENERATOR_SKIPPED", "GENERATOR"],
    ["generator_paused", "GENERATOR_PAUSED", "GENERATOR"],
    ["generator_activated", "GENERATOR_ACTIVATED", "GENERATOR"],
    ["inbox_file_added", "INBOX_FILE_ADDED", "INBOX_FILE"],
  ])("%s becomes %s of %s", (expected, action, type) => {
    const event = stored({ action, entity_type: type });
    expect(toEventName(event)).toBe(expected);
    expect(visibleEntityTypes).toContain(event.entity_type);
  });
});

describe("isPaymentName", () => {
  it.each(["invoice_paid", "invoice_paid_bank", "proforma_paid", "proforma_paid_x", "expense_paid"])(
    "returns true for %s",
    (paid) => expect(isPaymentName(paid)).toBe(true),
  );

  it.each(["", "invoice_partially_paid", "invoice_payment_removed", "my_invoice_paid", "bill_paid", "INVOICE_PAID"])(
    "returns false for %j",
    (other) => expect(isPaymentName(other)).toBe(false),
  );

  const type = fc.constantFrom<EntityType>(...visibleEntityTypes);
  const actionOf = (prefix: string) =>
    fc
      .constantFrom("PAID", "PAID_BANK", "PAIDX", "UNPAID", "SENT", "UPDATED", "STATUS_CHANGED", "DELETED", "VOIDED")
      .map((verb) => `${prefix}_${verb}`);
  const action = fc.oneof(
    fc.constantFrom<string>(...entityTypes, "PROFORMA", "EMAIL").chain(actionOf),
    fc.stringMatching(/^[A-Z][A-Z0-9]{0,8}(_[A-Z0-9]{1,8}){1,3}$/),
  );
  const field = fc.oneof(fc.constantFrom("paid", "paid_on", "_paid", "status", "due_date"), fc.string());
  const change = fc.record({ old: fc.jsonValue({ maxDepth: 2 }), new: fc.jsonValue({ maxDepth: 2 }) });
  const changes = fc.option(fc.dictionary(field, change, { maxKeys: 2, noNullPrototype: true }));

  it("matches exactly the events in the index of payments", () => {
    fc.assert(
      fc.property(action, type, changes, (action, entity_type, changes) => {
        const event = stored({ action, entity_type, changes });
        expect(isPaymentName(toEventName(event))).toBe(event.payment_status === "paid");
      }),
      { numRuns: 3_000 },
    );
  });

  it("toEventName returns lower-case words for any event", () => {
    fc.assert(
      fc.property(action, type, changes, (action, entity_type, changes) => {
        expect(toEventName(stored({ action, entity_type, changes }))).toMatch(/^[a-z][a-z0-9_]*$/);
      }),
    );
  });
});

/** What happens in the demo data, and what the vendor would call it. */
const demoNames: Readonly<Record<string, string>> = {
  "BILL ATTACHMENT_ADDED": "attachment_added",
  "BILL BILL_APPROVED status": "expense_approved",
  "BILL BILL_CREATED": "expense_created",
  "BILL BILL_PAID status": "expense_paid",
  "CONTACT CONTACT_CREATED": "subject_created",
  "CREDIT_NOTE CREDIT_NOTE_CREATED": "credit_note_created",
  "CREDIT_NOTE CREDIT_NOTE_SENT": "credit_note_sent",
  "DEBIT_NOTE DEBIT_NOTE_CREATED": "debit_note_created",
  "ESTIMATE ESTIMATE_ACCEPTED status": "estimate_accepted",
  "ESTIMATE ESTIMATE_CREATED": "estimate_created",
  "ESTIMATE ESTIMATE_SENT": "estimate_sent",
  "ESTIMATE ESTIMATE_SENT status": "estimate_sent",
  "ESTIMATE ESTIMATE_STATUS_CHANGED": "estimate_status_changed",
  "EXPENSE EXPENSE_CREATED": "expense_created",
  "EXPENSE EXPENSE_PAID": "expense_paid",
  "INVOICE COMMENT_ADDED": "comment_added",
  "INVOICE EMAIL_SENT": "email_sent",
  "INVOICE INVOICE_CREATED": "invoice_created",
  "INVOICE INVOICE_DELETED": "invoice_removed",
  "INVOICE INVOICE_PAID status": "invoice_paid",
  "INVOICE INVOICE_PARTIALLY_PAID status": "invoice_partially_paid",
  "INVOICE INVOICE_SENT status": "invoice_sent",
  "INVOICE INVOICE_UPDATED discount": "invoice_discount_changed",
  "INVOICE INVOICE_UPDATED due_date": "invoice_due_date_changed",
  "INVOICE INVOICE_UPDATED notes": "invoice_notes_changed",
  "INVOICE INVOICE_UPDATED reference": "invoice_reference_changed",
  "INVOICE INVOICE_UPDATED shipping_address": "invoice_shipping_address_changed",
  "INVOICE INVOICE_VOIDED status": "invoice_cancelled",
  "ITEM ITEM_CREATED": "item_created",
  "ITEM ITEM_UPDATED notes": "item_notes_changed",
  "JOURNAL JOURNAL_CREATED": "journal_created",
  "JOURNAL JOURNAL_UPDATED notes": "journal_notes_changed",
  "PAYMENT PAYMENT_CREATED": "payment_created",
  "PURCHASE_ORDER PURCHASE_ORDER_CREATED": "purchase_order_created",
  "PURCHASE_ORDER PURCHASE_ORDER_SENT": "purchase_order_sent",
  "RECEIPT RECEIPT_CREATED": "receipt_created",
  "SALES_ORDER SALES_ORDER_CREATED": "sales_order_created",
  "SALES_ORDER SALES_ORDER_STATUS_CHANGED": "sales_order_status_changed",
};

it("toEventName maps every action of the demo data", () => {
  const happened = [...seedEvents, ...generateQuarter(demoOrg.org_id, 268, 2026_01)].map((input) => {
    const fields = Object.keys(input.changes ?? {}).join();
    const what = `${input.entity_type} ${input.action} ${fields}`.trimEnd();
    return [what, toEventName(parseEventValue(input, { now: testNow, entropy: what }).event)] as const;
  });
  for (const [what, shown] of happened) expect(shown, what).toMatch(/^[a-z][a-z0-9_]*$/);
  expect(Object.fromEntries(happened)).toEqual(demoNames);
});

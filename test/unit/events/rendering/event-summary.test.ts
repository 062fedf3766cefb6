import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateQuarter } from "#infra/local/demo/generate-quarter.ts";
import { demoOrg, seedEvents } from "#infra/local/demo/seed-events.ts";
import { type EntityType, entityTypes } from "#shared/events/entity-types.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { findChange, summarize } from "#shared/events/rendering/event-summary.ts";
import { eventTypeCatalogue } from "#shared/webhooks/event-types/catalogue.ts";
import { anEvent, testNow } from "#test/support/builders.ts";

const said = (action: string, over: Partial<ActivityEvent> = {}) =>
  summarize(anEvent({ changes: null, action, ...over }));

const updated = (changes: Record<string, unknown>, action = "INVOICE_UPDATED") =>
  said(action, { changes: toJsonText(changes) }).sentence;

describe("summarize", () => {
  it.each<[string, EntityType, string, string]>([
    ["INVOICE_CREATED", "INVOICE", "Invoice created", "Invoice N-1 created"],
    ["INVOICE_SENT", "INVOICE", "Invoice sent", "Invoice N-1 sent"],
    ["EMAIL_SENT", "INVOICE", "Invoice sent by e-mail", "Invoice N-1 sent by e-mail"],
    ["INVOICE_EMAIL_SENT", "INVOICE", "Invoice sent by e-mail", "Invoice N-1 sent by e-mail"],
    ["INVOICE_PARTIALLY_PAID", "INVOICE", "Invoice partially paid", "Invoice N-1 partially paid"],
    ["INVOICE_PAID_BANK", "INVOICE", "Invoice paid by bank transfer", "Invoice N-1 paid by bank transfer"],
    ["CREDIT_NOTE_VOIDED", "CREDIT_NOTE", "Credit note voided", "Credit note N-1 voided"],
    ["SALES_ORDER_STATUS_CHANGED", "SALES_ORDER", "Sales order status changed", "Sales order N-1 status changed"],
    ["COMMENT_ADDED", "INVOICE", "Comment added", "Comment added to invoice N-1"],
    ["BILL_COMMENT_ADDED", "BILL", "Comment added", "Comment added to bill N-1"],
    ["ATTACHMENT_ADDED", "DELIVERY_NOTE", "Attachment added", "Attachment added to delivery note N-1"],
    ["ATTACHMENT_CREATED", "ATTACHMENT", "Attachment created", "Attachment N-1 created"],
    ["USER_LOGGED_IN", "USER", "User logged in", "User N-1 logged in"],
    ["ACCOUNT_BACKUP_CREATED", "ACCOUNT", "Account backed up", "Account N-1 backed up"],
    ["ACCOUNT_BACKUP_RESTORED", "ACCOUNT", "Account restored from a backup", "Account N-1 restored from a backup"],
  ])("of %s of %s returns %j and %j", (action, entity_type, title, sentence) => {
    expect(said(action, { entity_type, entity_ref: "N-1" })).toEqual({ title, sentence });
  });

  it("shows an unknown verb as its words", () => {
    expect(said("INVOICE_FROBBED_TWICE_2", { entity_ref: "N-1" }).sentence).toBe("Invoice N-1 frobbed twice 2");
    expect(said("SOMETHING_ELSE", { entity_ref: "N-1" }).sentence).toBe("Invoice N-1 something else");
    expect(said("INVOICE_TO_STRING", { entity_ref: "N-1" }).sentence).toBe("Invoice N-1 to string");
  });

  it("uses the id of an entity without a number", () => {
    expect(said("INVOICE_SENT", { entity_ref: null }).sentence).toBe("Invoice inv_8c3f1a9b sent");
    expect(said("COMMENT_ADDED", { entity_ref: null }).sentence).toBe("Comment added to invoice inv_8c3f1a9b");
  });
});

describe("summarize of an update", () => {
  const name = "Invoice INV-2026-0042";

  it.each([
    [{ due_date: { old: "2026-05-01", new: "2026-06-01" } }, "due date changed from 2026-05-01 to 2026-06-01"],
    [{ notes: { old: null, new: "Thanks" } }, "notes changed to Thanks"],
    [{ notes: { old: "", new: "Thanks" } }, "notes changed to Thanks"],
    [{ discount: { old: 0, new: 12.5 } }, "discount changed from 0 to 12.5"],
    [{ reminders: { old: false, new: true } }, "reminders changed from false to true"],
    [{ tags: { old: ["a"], new: ["a", "b"] } }, 'tags changed from ["a"] to ["a","b"]'],
  ])("describes the change %j", (changes, words) => expect(updated(changes)).toBe(`${name} updated: ${words}`));

  it.each([[{}], [{ odd: "x" }], [{ odd: "x", other: 1 }]])("omits %j, which names no field", (changes) =>
    expect(updated(changes)).toBe(`${name} updated`),
  );

  const fields = (...names: string[]) => Object.fromEntries(names.map((field) => [field, { old: 1, new: 2 }]));

  it.each([
    [fields("due_date", "total"), "due date and total changed"],
    [fields("line_items", "address", "total"), "line items, address and total changed"],
    [fields("a", "b", "c", "d", "e"), "a, b, c, d and e changed"],
    [fields("a", "b", "c", "d", "e", "f"), "a, b, c, d, e and 1 more changed"],
    [fields("x".repeat(200), "b"), `${"x".repeat(99)}… and b changed`],
  ])("names several changed fields: %j", (changes, words) =>
    expect(updated(changes)).toBe(`${name} updated: ${words}`),
  );

  it("describes the status of a status change, whatever else changed", () => {
    const status = { old: "DRAFT", new: "SENT" };
    const step = (changes: Record<string, unknown>) => updated(changes, "INVOICE_STATUS_CHANGED");
    expect(step({ status })).toBe(`${name}: status changed from DRAFT to SENT`);
    expect(step({ notes: { old: 1, new: 2 }, status })).toBe(`${name}: status changed from DRAFT to SENT`);
    expect(step({ notes: { old: 1, new: 2 } })).toBe(`${name} status changed`);
  });

  it("omits the change when the verb says it", () => {
    expect(updated({ status: { old: "DRAFT", new: "SENT" } }, "INVOICE_SENT")).toBe(`${name} sent`);
  });

  it("truncates a long value, never within a character", () => {
    const hundred = "x".repeat(100);
    expect(updated({ notes: { old: null, new: hundred } })).toBe(`${name} updated: notes changed to ${hundred}`);
    expect(updated({ notes: { old: null, new: `${hundred}y` } })).toBe(
      `${name} updated: notes changed to ${"x".repeat(99)}…`,
    );
    const pairs = updated({ notes: { old: null, new: "🧾".repeat(60) } });
    expect(pairs.isWellFormed()).toBe(true);
    expect(pairs.length).toBeLessThan(160);
  });

  it("truncates a long field name, which could be as large as an event", () => {
    const cut = `${"x".repeat(99)}…`;
    expect(updated({ ["x".repeat(60_000)]: { old: 1, new: 2 } })).toBe(`${name} updated: ${cut} changed from 1 to 2`);
    expect(updated({ ["x".repeat(60_000)]: { old: 1, new: null } })).toBe(`${name} updated: ${cut} removed`);
  });

  it.each([null, ""])("describes a change to %j as removed", (removed) => {
    expect(updated({ notes: { old: "Thanks", new: removed } })).toBe(`${name} updated: notes removed`);
  });

  it.each([
    [null, ""],
    ["", null],
    ["", ""],
    [null, null],
    ["same", "same"],
    [{ a: 1 }, { a: 1 }],
  ])("omits a change from %j to %j, which readers cannot see", (old, now) => {
    expect(updated({ notes: { old, new: now } })).toBe(`${name} updated`);
    expect(updated({ notes: { old, new: now }, total: { old: 1, new: 2 } })).toBe(
      `${name} updated: total changed from 1 to 2`,
    );
  });

  it("says only that the status changed when both values are empty", () => {
    const changes = toJsonText({ status: { old: null, new: "" } });
    const { sentence } = summarize(anEvent({ action: "INVOICE_STATUS_CHANGED", changes }));
    expect(sentence).toMatch(/status changed$/);
    expect(sentence).not.toContain("removed");
  });
});

describe("findChange", () => {
  const change = (changes: unknown, named?: string) =>
    findChange({ changes: changes === null ? null : toJsonText(changes) }, named);
  const [one, other] = [
    { old: 1, new: 2 },
    { old: "a", new: null },
  ];

  it.each([[null], [{}], [{ a: one, b: other }], [[]], ["x"], [{ a: 5 }]])("returns null for %j", (changes) => {
    expect(change(changes)).toBeNull();
  });

  it("returns the only change", () => {
    expect(change({ a: one })).toEqual({ field: "a", ...one });
    expect(change({ b: other })).toEqual({ field: "b", ...other });
  });

  it("returns the change of the named field, or null", () => {
    expect(change({ a: one, b: other }, "b")).toEqual({ field: "b", ...other });
    expect(change({ a: one }, "b")).toBeNull();
    expect(change({ a: one }, "toString")).toBeNull();
  });
});

describe("summarize of every event", () => {
  it("of the demo returns a sentence with its entity", () => {
    const inputs = [...seedEvents, ...generateQuarter(demoOrg.org_id, 268, 2026_01)];
    for (const [at, input] of inputs.entries()) {
      const { event } = parseEventValue(input, { now: testNow, entropy: String(at) });
      const { title, sentence } = summarize(event);
      expect(sentence).toContain(event.entity_ref ?? "no reference");
      expect(title).not.toContain(event.entity_ref ?? "no reference");
      // The change follows the colon, in the writer's own words.
      for (const text of [title, sentence]) expect(text).toMatch(/^[A-Z][^_:]*[^_: ](:.*[^ ])?$/);
    }
  });

  it("of the catalogue returns a sentence with its entity", () => {
    for (const { action, entity_type } of eventTypeCatalogue) {
      const { title, sentence } = summarize(anEvent({ action, entity_type, entity_ref: "N-1", changes: null }));
      expect(sentence).toMatch(/^[A-Z][a-z -]* N-1( [a-z]|$)/);
      expect(title).toMatch(/^[A-Z][a-z -]+$/);
    }
  });

  it("(property) returns a well-formed sentence with its entity", () => {
    const action = fc.stringMatching(/^[A-Z][A-Z0-9]{0,7}(_[A-Z0-9]{1,7}){1,4}$/);
    const changes = fc.option(
      fc.dictionary(fc.string(), fc.record({ old: fc.jsonValue(), new: fc.jsonValue() }), { maxKeys: 2 }),
    );
    const suffix = fc.constantFrom("UPDATED", "STATUS_CHANGED", "SENT");
    const kind = fc.constantFrom(...entityTypes);
    const ref = fc.option(fc.constantFrom("N-1", "INV 7"));
    fc.assert(
      fc.property(kind, fc.option(action), suffix, ref, changes, (entity_type, own, verb, entity_ref, changed) => {
        const event = anEvent({
          action: own ?? `${entity_type}_${verb}`,
          entity_type,
          entity_ref,
          changes: changed === null ? null : toJsonText(changed),
        });
        const { title, sentence } = summarize(event);
        expect(sentence).toContain(entity_ref ?? event.entity_id);
        expect(title).toMatch(/^[A-Z]/);
        expect(sentence.isWellFormed() || !JSON.stringify(changed).isWellFormed()).toBe(true);
      }),
    );
  });
});

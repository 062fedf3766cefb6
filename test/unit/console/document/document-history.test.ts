import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DocumentEvent } from "#clients/console/document/history/document-event.ts";
import { DocumentHistory } from "#clients/console/document/history/document-history.ts";
import { anEventAt } from "./history-fixtures.ts";

const created = anEventAt(0, "INVOICE_CREATED", { status: [null, "DRAFT"], total: [null, "100.00"] });
const sent = anEventAt(1, "INVOICE_SENT", { status: ["DRAFT", "SENT"] });
const paid = anEventAt(3, "INVOICE_PAID", { status: ["SENT", "PAID"] });

function valuesAt(history: DocumentHistory, index: number): Record<string, unknown> {
  return Object.fromEntries(history.stateAt(index).fields.map(({ field, value }) => [field, value]));
}

function causesOf(events: readonly DocumentEvent[]): (string | undefined)[] {
  const history = new DocumentHistory(events);
  return history.conflicts.flatMap((index) =>
    history.stateAt(index).fields.flatMap(({ change }) => (change?.conflict ? [change.conflict.cause] : [])),
  );
}

describe("DocumentHistory", () => {
  it("returns the state after each event, and what the event has changed", () => {
    const history = new DocumentHistory([created, sent, paid]);
    expect([0, 1, 2].map((index) => valuesAt(history, index))).toEqual([
      { status: "DRAFT", total: "100.00" },
      { status: "SENT", total: "100.00" },
      { status: "PAID", total: "100.00" },
    ]);
    expect(history.stateAt(1).fields).toEqual([
      { field: "status", value: "SENT", kind: "known", from: 1, change: { old: "DRAFT", conflict: null } },
      { field: "total", value: "100.00", kind: "known", from: 0, change: null },
    ]);
    expect(history.conflicts).toEqual([]);
  });

  it("infers a value from the next event that changes it", () => {
    const history = new DocumentHistory([created, anEventAt(2, "INVOICE_UPDATED", { notes: ["Net 30", "Net 60"] })]);
    expect(history.stateAt(0).fields.at(-1)).toEqual({
      field: "notes",
      value: "Net 30",
      kind: "inferred",
      from: 1,
      change: null,
    });
  });

  it("keeps a value that an event logged without a change", () => {
    expect(valuesAt(new DocumentHistory([anEventAt(0, "INVOICE_SENT", { currency: ["INR", "INR"] })]), 0)).toEqual({
      currency: "INR",
    });
  });

  it.each([
    { cause: "missing", events: [created, anEventAt(2, "INVOICE_PAID", { status: ["OVERDUE", "PAID"] })] },
    { cause: "same_time", events: [created, anEventAt(0, "INVOICE_PAID", { status: ["SENT", "PAID"] })] },
    { cause: "order", events: [anEventAt(0, "INVOICE_PAID", { status: ["SENT", "PAID"] }), sent] },
  ])("reports a conflict with the cause $cause", ({ cause, events }) => {
    expect(causesOf(events)).toEqual([cause]);
  });

  it("reports the value that the changes before lead to", () => {
    const history = new DocumentHistory([created, anEventAt(2, "INVOICE_PAID", { status: ["OVERDUE", "PAID"] })]);
    expect(history.conflicts).toEqual([1]);
    expect(history.stateAt(1).fields[0]?.change).toEqual({
      old: "OVERDUE",
      conflict: { cause: "missing", expected: "DRAFT" },
    });
  });

  it("reports no conflict between null, an empty text, and objects with other orders of keys", () => {
    const events = [
      anEventAt(0, "INVOICE_CREATED", { notes: [null, ""], address: [null, { city: "Pune", zip: "411001" }] }),
      anEventAt(1, "INVOICE_UPDATED", { notes: [null, "x"], address: [{ zip: "411001", city: "Pune" }, null] }),
    ];
    expect(new DocumentHistory(events).conflicts).toEqual([]);
  });

  it("says whether the log has the beginning of the document", () => {
    expect(new DocumentHistory([created]).hasBeginning).toBe(true);
    expect(new DocumentHistory([sent]).hasBeginning).toBe(false);
  });

  it("returns when the document is voided, deleted and restored", () => {
    const verbs = ["CREATED", "VOIDED", "UNVOIDED", "DELETED", "UPDATED", "RESTORED"];
    const history = new DocumentHistory(verbs.map((verb, minute) => anEventAt(minute, `INVOICE_${verb}`)));
    expect(verbs.map((_, index) => history.stateAt(index).lifecycle)).toEqual([
      "active",
      "voided",
      "active",
      "deleted",
      "deleted",
      "active",
    ]);
  });

  it("agrees with a plain fold of random changes at every moment", () => {
    const change = fc.tuple(fc.constantFrom("a", "b", "__proto__"), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 20 }), (logged) => {
        const events = logged.map((changes, minute) =>
          anEventAt(minute, "INVOICE_UPDATED", Object.fromEntries(changes.map(([field, now]) => [field, [9, now]]))),
        );
        const history = new DocumentHistory(events);
        const folded = new Map<string, unknown>();
        for (const [index, event] of events.entries()) {
          for (const { field, new: now } of event.changes) folded.set(field, now);
          const known = history.stateAt(index).fields.filter(({ kind }) => kind === "known");
          expect(new Map(known.map(({ field, value }) => [field, value]))).toEqual(folded);
        }
      }),
    );
  });
});

import { anActivity, byUser } from "#test/support/browser/sample-activity.ts";

type Changes = Readonly<Record<string, readonly [unknown, unknown]>>;

const created = {
  status: [null, "DRAFT"],
  total: [null, "100000.00"],
  currency: [null, "INR"],
  due_date: [null, "2026-06-01"],
} as const;

/** What happened to an invoice, newest first. A change is missing: it became overdue before it was partially paid. */
const life: readonly (readonly [action: string, hours: number, changes: Changes])[] = [
  [
    "INVOICE_UPDATED",
    1,
    { notes: ["Net 30, payable by bank transfer", "Paid, thank you"], tags: [[], ["export", "q2"]] },
  ],
  ["INVOICE_PAID", 4, { status: ["PARTIALLY_PAID", "PAID"], amount_due: ["18000.00", "0.00"] }],
  ["INVOICE_PARTIALLY_PAID", 30, { status: ["OVERDUE", "PARTIALLY_PAID"], amount_due: ["118000.00", "18000.00"] }],
  ["EMAIL_SENT", 700, {}],
  ["INVOICE_SENT", 701, { status: ["DRAFT", "SENT"] }],
  ["INVOICE_UPDATED", 702, { total: ["100000.00", "118000.00"], notes: [null, "Net 30, payable by bank transfer"] }],
  ["INVOICE_CREATED", 703, created],
];

/** Returns the events of one invoice, as the API sends them. */
export function sampleDocument(now: Date, events = life) {
  return events.map(([action, hours, changes], index) =>
    anActivity(String(life.length - index), action, hours, now, {
      ...byUser("usr_xyz", "Priya Sharma"),
      metadata: { currency: "INR" },
      changes: Object.fromEntries(Object.entries(changes).map(([field, [old, now]]) => [field, { old, new: now }])),
    }),
  );
}

/** Returns the events of an invoice whose beginning is missing, and which was deleted. */
export function sampleDeletedDocument(now: Date) {
  return sampleDocument(now, [["INVOICE_DELETED", 0.5, {}], ...life.slice(0, 3)]);
}

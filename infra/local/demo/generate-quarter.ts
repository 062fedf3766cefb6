import type { EntityType } from "#shared/events/entity-types.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { type DemoContact, fieldChange, Ledger, type LedgerSubject } from "./demo-ledger.ts";
import { Random } from "./random.ts";

const firms = ["Contoso", "Northwind", "Fabrikam", "Tailspin", "Litware", "Proseware", "Wingtip", "Adatum", "Lucerne"];
const trades = ["India", "Retail", "Foods", "Logistics"];
const contacts: readonly DemoContact[] = firms.flatMap((firm) =>
  trades.map((trade) => ({ id: `con_${firm}_${trade}`.toLowerCase(), name: `${firm} ${trade}` })),
);
const editable = ["due_date", "notes", "reference", "discount", "shipping_address"] as const;

/** The documents of which there are few, and what happens to each of them. */
const minorDocuments: readonly [EntityType, string, readonly string[]][] = [
  ["ESTIMATE", "est", ["CREATED", "SENT", "STATUS_CHANGED"]],
  ["EXPENSE", "exp", ["CREATED", "PAID"]],
  ["JOURNAL", "jrn", ["CREATED", "UPDATED"]],
  ["CREDIT_NOTE", "cn", ["CREATED", "SENT"]],
  ["DEBIT_NOTE", "dn", ["CREATED"]],
  ["SALES_ORDER", "so", ["CREATED", "STATUS_CHANGED"]],
  ["PURCHASE_ORDER", "po", ["CREATED", "SENT"]],
  ["RECEIPT", "rcp", ["CREATED"]],
  ["ITEM", "itm", ["CREATED", "UPDATED"]],
];

/**
 * The events of one accounting quarter, January to March 2026, of one organisation, oldest first: invoices that are
 * written, sent, commented on, paid or voided, and the rest of the books around them. The same seed gives the same
 * events.
 */
export function generateQuarter(orgId: string, invoices: number, seed: number): EventInput[] {
  const random = new Random(seed);
  const ledger = new Ledger(orgId, random, "2026-01-01T00:00:00Z");
  for (const [number, { id, name }] of contacts.entries()) {
    const subject: LedgerSubject = { type: "CONTACT", id, ref: name, contact: null };
    ledger.write("CONTACT_CREATED", subject, ledger.moment(number % 20), ledger.someone("IMPORT"));
  }
  for (let number = 0; number < invoices; number++) {
    writeInvoice(ledger, random, number, Math.floor((number / invoices) * 60));
    if (number % 4 === 0) writeBill(ledger, random, number);
    if (number % 3 === 0) writeMinorDocument(ledger, random, number);
  }
  return ledger.events.sort((left, right) => (left.occurred_at < right.occurred_at ? -1 : 1));
}

function writeInvoice(ledger: Ledger, random: Random, number: number, day: number): void {
  const contact = anyContact(random);
  const invoice: LedgerSubject = { type: "INVOICE", id: `inv_q1_${number}`, ref: `INV-2026-${1000 + number}`, contact };
  const author = ledger.someone();
  let at = ledger.moment(day);
  ledger.write("INVOICE_CREATED", invoice, at, author);
  while (random.chance(0.35)) {
    at += ledger.hours(0, 5);
    const field = random.pick(editable);
    ledger.write("INVOICE_UPDATED", invoice, at, { ...author, ...fieldChange(field, null, `${field} ${number}`) });
  }
  if (random.chance(0.04)) {
    ledger.write("INVOICE_DELETED", invoice, at + ledger.hours(1, 9), author);
    return;
  }
  at += ledger.hours(1, 20);
  ledger.write("INVOICE_SENT", invoice, at, { ...author, ...fieldChange("status", "DRAFT", "SENT") });
  const email = { to: [`accounts@${contact.id.replaceAll("_", "-")}.example`], ses_message_id: `0102018a-${number}` };
  ledger.write("EMAIL_SENT", invoice, at + 2_000, { ...author, metadata: email });
  if (random.chance(0.1)) ledger.write("COMMENT_ADDED", invoice, at + ledger.hours(2, 40), ledger.someone("DASHBOARD"));
  if (random.chance(0.05)) {
    const circumstances = { ...ledger.someone(), ...fieldChange("status", "SENT", "VOID") };
    ledger.write("INVOICE_VOIDED", invoice, at + ledger.hours(20, 90), circumstances);
    return;
  }
  writePayment(ledger, random, invoice, number, at + ledger.hours(24, 500));
}

function writePayment(ledger: Ledger, random: Random, invoice: LedgerSubject, number: number, at: number): void {
  const payment: LedgerSubject = {
    ...invoice,
    type: "PAYMENT",
    id: `pay_q1_${number}`,
    ref: `PAY-2026-${1000 + number}`,
  };
  const payer = random.chance(0.6) ? ledger.system("RAZORPAY_WEBHOOK") : ledger.someone("DASHBOARD");
  const amount = `${random.between(20, 4_000) * 25}.00`;
  ledger.write("PAYMENT_CREATED", payment, at, { ...payer, metadata: { ...payer.metadata, amount, currency: "INR" } });
  if (random.chance(0.85)) {
    ledger.write("INVOICE_PAID", invoice, at, { ...payer, ...fieldChange("status", "SENT", "PAID") });
    return;
  }
  ledger.write("INVOICE_PARTIALLY_PAID", invoice, at, { ...payer, ...fieldChange("status", "SENT", "PARTIALLY_PAID") });
  const rest = { ...ledger.someone(), ...fieldChange("status", "PARTIALLY_PAID", "PAID") };
  ledger.write("INVOICE_PAID", invoice, at + ledger.hours(50, 200), rest);
}

function writeBill(ledger: Ledger, random: Random, number: number): void {
  const contact = anyContact(random);
  const bill: LedgerSubject = { type: "BILL", id: `bill_q1_${number}`, ref: `BILL-2026-${1000 + number}`, contact };
  const author = ledger.someone();
  const at = ledger.moment(random.between(0, 70));
  const approvedAt = at + ledger.hours(5, 60);
  const file = { source: "DASHBOARD", filename: `bill-${number}.pdf` };
  const approval = { ...ledger.someone("DASHBOARD"), ...fieldChange("status", "PENDING_APPROVAL", "APPROVED") };
  ledger.write("BILL_CREATED", bill, at, author);
  ledger.write("ATTACHMENT_ADDED", bill, at + 40_000, { ...author, metadata: file });
  ledger.write("BILL_APPROVED", bill, approvedAt, approval);
  if (random.chance(0.15)) return;
  const paid = { ...ledger.someone(), ...fieldChange("status", "APPROVED", "PAID") };
  ledger.write("BILL_PAID", bill, approvedAt + ledger.hours(24, 200), paid);
}

function writeMinorDocument(ledger: Ledger, random: Random, number: number): void {
  const [type, prefix, verbs] = minorDocuments[(number / 3) % minorDocuments.length] ?? ["ITEM", "itm", []];
  const contact = type === "ITEM" || type === "JOURNAL" ? null : anyContact(random);
  const subject: LedgerSubject = {
    type,
    id: `${prefix}_q1_${number}`,
    ref: `${prefix.toUpperCase()}-2026-${number}`,
    contact,
  };
  let at = ledger.moment(random.between(0, 75));
  for (const verb of verbs) {
    const edit = verb === "UPDATED" ? fieldChange("notes", null, `note ${number}`) : {};
    ledger.write(`${type}_${verb}`, subject, at, { ...ledger.someone(), ...edit });
    at += ledger.hours(3, 80);
  }
}

function anyContact(random: Random): DemoContact {
  return contacts[random.between(0, contacts.length - 1)] ?? { id: "con_walk_in", name: "Walk-in" };
}

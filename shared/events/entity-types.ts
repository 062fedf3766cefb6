/** The document kinds of the FinzBooks contract, in its order. */
export const documentTypes = [
  "INVOICE",
  "BILL",
  "ESTIMATE",
  "CREDIT_NOTE",
  "DEBIT_NOTE",
  "SALES_ORDER",
  "PURCHASE_ORDER",
  "PAYMENT",
  "RECEIPT",
  "EXPENSE",
  "JOURNAL",
  "CONTACT",
  "ITEM",
  "ATTACHMENT",
] as const;

/** What only the other dialects, or the platform itself, have a name for. */
export const platformTypes = [
  "ACCOUNT",
  "USER",
  "SUBSCRIPTION",
  "DELIVERY_NOTE",
  "INBOX_FILE",
  "GENERATOR",
  "RECURRING_GENERATOR",
  "EXPENSE_GENERATOR",
  "WEBHOOK_ENDPOINT",
] as const;

export const entityTypes = [...documentTypes, ...platformTypes] as const;

export type EntityType = (typeof entityTypes)[number];

const known: ReadonlySet<string> = new Set(entityTypes);

export function isEntityType(value: string): value is EntityType {
  return known.has(value);
}

/** What happened to the document: `SENT` of `INVOICE_SENT`; an action that names no document, whole (`EMAIL_SENT`). */
export function actionVerb({
  action,
  entity_type,
}: {
  readonly action: string;
  readonly entity_type: EntityType;
}): string {
  return action.startsWith(`${entity_type}_`) ? action.slice(entity_type.length + 1) : action;
}

/** Actions that say that money was received or paid, whatever the rest of their name. */
const paymentActionPattern = /^(INVOICE|PROFORMA|EXPENSE|BILL)_PAID/;

/** Whether every event of an action is stored as `settled`. */
export function isPaymentAction(action: string): boolean {
  return paymentActionPattern.test(action);
}

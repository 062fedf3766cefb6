/** The entity types of the FinzBooks contract, in its order. */
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

/** Entity types that only the other dialects or the platform itself have. */
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

/** Returns the action without the entity type: `SENT` of `INVOICE_SENT`. Other actions stay whole (`EMAIL_SENT`). */
export function actionVerb({ action, entity_type }: { readonly action: string; readonly entity_type: string }): string {
  return action.startsWith(`${entity_type}_`) ? action.slice(entity_type.length + 1) : action;
}

/** Actions that mean that money was received or paid, with any suffix. */
const paymentActionPattern = /^(INVOICE|PROFORMA|EXPENSE|BILL)_PAID/;

/** Whether every event with this action is stored with the payment status `paid`. */
export function isPaymentAction(action: string): boolean {
  return paymentActionPattern.test(action);
}

import { actionVerb, documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type FieldChange, findChange } from "#shared/events/rendering/event-summary.ts";

/** The kinds of thing that this dialect shows events of. */
export const visibleEntityTypes = [
  ...documentTypes,
  "INBOX_FILE",
  "GENERATOR",
  "RECURRING_GENERATOR",
  "EXPENSE_GENERATOR",
] as const satisfies readonly EntityType[];

/** The vendor's types of related objects; a kind without one is not shown among them. */
export const relatedObjectTypes: Readonly<Partial<Record<EntityType, string>>> = {
  INVOICE: "Invoice",
  CONTACT: "Subject",
  EXPENSE: "Expense",
  BILL: "Expense",
  GENERATOR: "Generator",
  RECURRING_GENERATOR: "RecurringGenerator",
  EXPENSE_GENERATOR: "ExpenseGenerator",
  ESTIMATE: "Estimate",
};

/** What the vendor calls a kind of document where it is not its name in lower case. */
const models: Readonly<Partial<Record<EntityType, string>>> = { CONTACT: "subject", BILL: "expense" };

/** What the vendor says happened where it is not the verb in lower case. */
const verbs: Readonly<Record<string, string>> = { DELETED: "removed", VOIDED: "cancelled" };

type Named = Pick<ActivityEvent, "action" | "entity_type" | "changes">;

/**
 * The name of an event: its action in lower case, but for what the vendor calls otherwise. An update of one field is
 * named after it (`invoice_due_date_changed`).
 */
export function toEventName(event: Named, change: FieldChange | null = getNamingChange(event)): string {
  const { action, entity_type } = event;
  const verb = actionVerb(event);
  if (verb === action) return renamed(action);
  const model = models[entity_type] ?? entity_type.toLowerCase();
  if (change !== null) return `${model}_${change.field}_changed`;
  return `${model}_${verbs[verb] ?? verb.toLowerCase()}`;
}

/** An action that does not begin with its kind of document may begin with another one. */
function renamed(action: string): string {
  for (const [type, model] of Object.entries(models)) {
    if (action.startsWith(`${type}_`)) return model + action.slice(type.length).toLowerCase();
  }
  return action.toLowerCase();
}

/**
 * What an event is named after: the step of a workflow, or the one field that an update changed. A field that begins
 * with `paid` is none: clients know payments by how a name begins, and a changed field is no payment.
 */
export function getNamingChange(event: Named): FieldChange | null {
  const verb = actionVerb(event);
  if (verb === "STATUS_CHANGED") return findChange(event, "status");
  const change = verb === "UPDATED" ? findChange(event) : null;
  if (change === null) return null;
  return /^[a-z][a-z0-9_]{0,63}$/.test(change.field) && !change.field.startsWith("paid") ? change : null;
}

/** Whether clients take an event of this name for a payment. */
export function isPaymentName(name: string): boolean {
  return /^(invoice|proforma|expense)_paid/.test(name);
}

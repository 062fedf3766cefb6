import { actionVerb, documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { type FieldChange, findChange } from "#shared/events/rendering/event-summary.ts";

/** The entity types whose events this dialect shows. */
export const visibleEntityTypes = [
  ...documentTypes,
  "INBOX_FILE",
  "GENERATOR",
  "RECURRING_GENERATOR",
  "EXPENSE_GENERATOR",
] as const satisfies readonly EntityType[];

/** The vendor's types of related objects. Entity types without one are not shown as related objects. */
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

/** The vendor's name of an entity type if it is not the type in lower case. */
const models: Readonly<Partial<Record<EntityType, string>>> = { CONTACT: "subject", BILL: "expense" };

/** The vendor's verb if it is not ours in lower case. */
const verbs: Readonly<Record<string, string>> = { DELETED: "removed", VOIDED: "cancelled" };

type NamedEvent = Pick<ActivityEvent, "action" | "entity_type" | "changes">;

/**
 * Returns the name of an event: its action in lower case, with the vendor's names. An update of one field contains its
 * name (`invoice_due_date_changed`).
 */
export function toEventName(event: NamedEvent, change: FieldChange | null = getNamingChange(event)): string {
  const { action, entity_type } = event;
  const verb = actionVerb(event);
  if (verb === action) return renamed(action);
  const model = models[entity_type] ?? entity_type.toLowerCase();
  if (change !== null) return `${model}_${change.field}_changed`;
  return `${model}_${verbs[verb] ?? verb.toLowerCase()}`;
}

/** Renames an action that does not begin with the event's entity type, but perhaps with another one. */
function renamed(action: string): string {
  for (const [type, model] of Object.entries(models)) {
    if (action.startsWith(`${type}_`)) return model + action.slice(type.length).toLowerCase();
  }
  return action.toLowerCase();
}

/**
 * Returns the change that names the event: the status of a workflow, or the only field that an update changed. Excludes
 * fields that begin with `paid`: clients recognise payments by the prefix of the name, and a changed field is not one.
 */
export function getNamingChange(event: NamedEvent): FieldChange | null {
  const verb = actionVerb(event);
  if (verb === "STATUS_CHANGED") return findChange(event, "status");
  const change = verb === "UPDATED" ? findChange(event) : null;
  if (change === null) return null;
  return /^[a-z][a-z0-9_]{0,63}$/.test(change.field) && !change.field.startsWith("paid") ? change : null;
}

/** Whether clients recognise an event of this name as a payment. */
export function isPaymentName(name: string): boolean {
  return /^(invoice|proforma|expense)_paid/.test(name);
}

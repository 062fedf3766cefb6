import type { ActivityEvent } from "../events/event.ts";

/** What a type looks like. The vocabulary is open, as that of actions is. */
export const eventTypePattern = /^[a-z_]+\.[a-z0-9]+(_[a-z0-9]+)*$/;

/**
 * The type that subscribers know an event by: `INVOICE_SENT` is `invoice.sent`. An action that does not begin with its
 * kind of document keeps it as a prefix: `EMAIL_SENT` of an invoice is `invoice.email_sent`.
 */
export function eventTypeOf({ action, entity_type }: Pick<ActivityEvent, "action" | "entity_type">): string {
  const verb = action.startsWith(`${entity_type}_`) ? action.slice(entity_type.length + 1) : action;
  return `${entity_type}.${verb}`.toLowerCase();
}

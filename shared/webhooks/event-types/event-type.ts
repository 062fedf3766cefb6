import { actionVerb } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";

/** What a type looks like. The vocabulary is open, as that of actions is. */
export const eventTypePattern = /^[a-z_]+\.[a-z0-9]+(_[a-z0-9]+)*$/;

/**
 * The type that subscribers know an event by: `INVOICE_SENT` is `invoice.sent`. An action that does not begin with its
 * kind of document keeps it as a prefix: `EMAIL_SENT` of an invoice is `invoice.email_sent`.
 */
export function eventTypeOf(event: Pick<ActivityEvent, "action" | "entity_type">): string {
  return `${event.entity_type}.${actionVerb(event)}`.toLowerCase();
}

import { actionVerb } from "#shared/events/entity-types.ts";

/** Any verb is valid, because actions are open. */
export const eventTypePattern = /^[a-z_]+\.[a-z0-9]+(_[a-z0-9]+)*$/;

/**
 * Returns the event type of an event: `INVOICE_SENT` is `invoice.sent`. If the action does not begin with the entity
 * type, the whole action is the verb: `EMAIL_SENT` of an invoice is `invoice.email_sent`.
 */
export function eventTypeOf(event: { readonly action: string; readonly entity_type: string }): string {
  return `${event.entity_type}.${actionVerb(event)}`.toLowerCase();
}

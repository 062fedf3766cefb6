import { parseEvent } from "#clients/timeline/events/parse-event.ts";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { cs } from "#clients/timeline/locales/cs.ts";
import { de } from "#clients/timeline/locales/de.ts";
import { en } from "#clients/timeline/locales/en.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { nl } from "#clients/timeline/locales/nl.ts";

/** Returns the messages of one of the languages that the timeline has. */
export function messagesFor(tag: string): Messages {
  const messages = [en, cs, de, nl].find(({ language }) => tag.startsWith(language));
  if (messages === undefined) throw new Error(`The timeline has no messages in ${tag}.`);
  return { ...messages, language: tag };
}

/** Returns an event as the API sends it: an invoice that Priya Sharma sent. */
export function anApiEvent(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    event_id: "evt_1",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_8c3f1a9b",
    entity_ref: "INV-2026-0042",
    actor_user_id: "usr_xyz",
    actor: { user_id: "usr_xyz", name: "Priya Sharma", type: "user", on_behalf_of: null },
    changes: null,
    metadata: {},
    occurred_at: "2026-05-11T08:30:12Z",
    text: "Invoice INV-2026-0042 sent",
    related: [],
    ...fields,
  };
}

/** Returns a parsed event. Throws `Error` if it is not valid. */
export function aTimelineEvent(fields: Readonly<Record<string, unknown>> = {}): TimelineEvent {
  const event = parseEvent(anApiEvent(fields));
  if (event === null) throw new Error("The event is invalid.");
  return event;
}

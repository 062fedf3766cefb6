import { ActivityError } from "#shared/errors.ts";
import { maxEventBytes } from "#shared/events/limits.ts";
import { type Draft, type Reception, readEventText } from "#shared/events/parse-event.ts";
import type { EventInput } from "#shared/events/schema.ts";
import type { OutgoingMessage } from "./send.ts";

/** An event that is ready to be sent: the body of its message, and how the log will read it. */
export type EventMessage = { readonly body: string; readonly draft: Draft };

/**
 * Makes the message of an event that is given as JSON text. The message carries the event's id, made from the entropy
 * where the event brings none, so that sending the message twice is a repeat and never a second event; `over` goes over
 * what the event says, and changes neither its id nor its content. Throws
 * `ActivityError`: `too_large`, or `invalid_value` with every fault named.
 */
export function toMessage(text: string, reception: Reception, over: Pick<EventInput, "notify"> = {}): EventMessage {
  const draft = readEventText(text, reception);
  // An idempotency key is an identity already, and takes no second one beside it.
  const id = draft.idempotencyKey === null ? { event_id: draft.event.event_id } : {};
  const body = escapeNoncharacters(JSON.stringify({ ...JSON.parse(text), ...id, ...over }));
  const bytes = Buffer.byteLength(body);
  if (bytes > maxEventBytes) {
    throw new ActivityError(
      "too_large",
      `The event has ${bytes} bytes with its event_id; at most ${maxEventBytes} are kept.`,
    );
  }
  return { body, draft };
}

/** What the sender takes of an event. */
export function toOutgoing({ body, draft }: EventMessage): OutgoingMessage {
  return { body, orgId: draft.event.org_id };
}

/** SQS refuses these two characters; JSON may hold them, and says the same with an escape. */
function escapeNoncharacters(json: string): string {
  return json.replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}

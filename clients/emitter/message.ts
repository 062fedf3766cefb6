import { ActivityError } from "#shared/errors.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { maxEventBytes } from "#shared/events/limits.ts";
import { type Draft, type ParseContext, parseEvent } from "#shared/events/parse-event.ts";
import type { OutgoingMessage } from "./send.ts";

/** An event to send: the body of its message, and the event as ingest will parse it. */
export type EventMessage = { readonly body: string; readonly draft: Draft };

/**
 * Creates the message of an event in JSON. It has the id of the event, or one derived from the entropy, so that sending it
 * twice is a repeat; `over` overrides fields that are not part of the content. Throws `ActivityError` `too_large`, or
 * `invalid_value` with all issues.
 */
export function toMessage(text: string, reception: ParseContext, over: Pick<EventInput, "notify"> = {}): EventMessage {
  const draft = parseEvent(text, reception);
  // An event with an idempotency key needs no id.
  const id = draft.idempotencyKey === null ? { event_id: draft.event.event_id } : {};
  const body = escapeNoncharacters(JSON.stringify({ ...JSON.parse(text), ...id, ...over }));
  const bytes = Buffer.byteLength(body);
  if (bytes > maxEventBytes) {
    throw new ActivityError(
      "too_large",
      `The event has ${bytes} bytes with its event_id; at most ${maxEventBytes} are allowed.`,
    );
  }
  return { body, draft };
}

/** Returns the message for the sender. */
export function toOutgoingMessage({ body, draft }: EventMessage): OutgoingMessage {
  return { body, orgId: draft.event.org_id };
}

/** Escapes two characters that JSON allows and SQS does not. */
function escapeNoncharacters(json: string): string {
  return json.replaceAll("\uFFFE", "\\ufffe").replaceAll("\uFFFF", "\\uffff");
}

/** Serializes an event. Throws `ActivityError` `invalid_value` for values that JSON would drop or turn into `null`. */
export function serializeEvent(event: unknown): string {
  try {
    const text: unknown = JSON.stringify(event, rejectNonFinite);
    if (typeof text === "string") return text;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ActivityError("invalid_value", `The event cannot be written as JSON: ${reason}`, { cause });
  }
  throw new ActivityError("invalid_value", "Invalid event: the event must be of type object.");
}

function rejectNonFinite(key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new RangeError(`${key} is ${value}.`);
  return value;
}

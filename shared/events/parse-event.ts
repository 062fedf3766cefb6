import { ActivityError } from "#shared/errors.ts";
import { parseTimestamp } from "#shared/platform/time/timestamp.ts";
import { describeIssue } from "./describe-issue.ts";
import { isPaymentAction } from "./entity-types.ts";
import { type ActivityEvent, toJsonText } from "./event.ts";
import { eventIdFromKey, eventIdFromTime } from "./event-id.ts";
import type { EventInput } from "./event-input.ts";
import { maxEventBytes } from "./limits.ts";
import { eventSchema } from "./schema.ts";
import { parseJsonExactly } from "./text/json.ts";

/** How far a writer's clock may be ahead. A later `occurred_at` is a mistake and would hide every newer event. */
const allowedLeadMs = 5 * 60_000;

/** An event that is ready to be appended, and its writer's idempotency key, if any. */
export type Draft = { readonly event: ActivityEvent; readonly idempotencyKey: string | null };

export type ParseContext = {
  readonly now: Date;
  /** The source of the id of an event without one. It must be the same for every repeat of the event. */
  readonly entropy: string;
};

/**
 * Parses one event from JSON text. Throws `ActivityError` `too_large` above 64 KB, `invalid_value` with every issue.
 */
export function parseEvent(text: string, context: ParseContext): Draft {
  assertWithinLimit(text);
  try {
    return parseEventValue(parseJsonExactly(text), context);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new ActivityError("invalid_value", `The event is not valid JSON${describePosition(error)}.`);
    if (error instanceof RangeError) throw new ActivityError("invalid_value", error.message);
    throw error;
  }
}

/**
 * Returns where the JSON is invalid, if the message says so. The rest of it quotes the text, which must not be logged.
 */
function describePosition({ message }: SyntaxError): string {
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  return position === undefined ? "" : ` at character ${position}`;
}

/** Parses one event from a value; otherwise like `parseEvent`. */
export function parseEventValue(value: unknown, { now, entropy }: ParseContext): Draft {
  const parsed = eventSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => describeIssue(issue, "the event"));
    throw new ActivityError("invalid_value", `Invalid event: ${issues.slice(0, 20).join("; ")}.`);
  }
  const input = parsed.data;
  if (input.event_id !== undefined && input.idempotency_key !== undefined) {
    throw new ActivityError("invalid_value", "Invalid event: pass event_id or idempotency_key, not both.");
  }
  const occurredAt = parseTimestamp(input.occurred_at) ?? input.occurred_at;
  if (Date.parse(occurredAt) > now.getTime() + allowedLeadMs) {
    throw new ActivityError("invalid_value", "Invalid event: occurred_at is more than 5 minutes in the future.");
  }
  const idempotencyKey = input.idempotency_key ?? null;
  const derivedId =
    idempotencyKey === null ? eventIdFromTime(occurredAt, entropy) : eventIdFromKey(input.org_id, idempotencyKey);
  const event = toEvent(input, { event_id: input.event_id ?? derivedId, occurredAt, now });
  assertWithinLimit(Object.values(event).join(""));
  return { event, idempotencyKey };
}

/** Returns the stored form of a valid event: absent fields are `null`, structured fields JSON text. */
function toEvent(
  input: EventInput,
  { event_id, occurredAt, now }: { event_id: string; occurredAt: string; now: Date },
): ActivityEvent {
  const related = input.related ?? [];
  return {
    event_id,
    org_id: input.org_id,
    action: input.action,
    entity_type: input.entity_type,
    entity_id: input.entity_id,
    entity_ref: input.entity_ref ?? null,
    actor_user_id: input.actor_user_id ?? null,
    actor: input.actor ? toJsonText(input.actor) : null,
    changes: input.changes ? toJsonText(input.changes) : null,
    metadata: toJsonText(input.metadata ?? {}),
    occurred_at: occurredAt,
    recorded_at: now.toISOString(),
    related: related.length > 0 ? toJsonText(related) : null,
    text: input.text ?? null,
    information: input.information ?? null,
    params: input.params ? toJsonText(input.params) : null,
    contact_id:
      input.entity_type === "CONTACT"
        ? input.entity_id
        : (related.find((entity) => entity.entity_type === "CONTACT")?.entity_id ?? null),
    payment_status: isPaymentAction(input.action) ? "paid" : null,
    notify: input.notify === false ? "no" : null,
  };
}

function assertWithinLimit(text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEventBytes) {
    throw new ActivityError("too_large", `The event has ${bytes} bytes; the limit is ${maxEventBytes}.`);
  }
}

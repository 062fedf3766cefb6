import { isDeepStrictEqual } from "node:util";
import { ActivityError } from "./errors.ts";
import type { ActivityEvent, JsonText } from "./event.ts";
import type { Draft } from "./read-event.ts";

/** What an idempotency key holds fast: the first attempt's identity. */
export type Pin = Pick<ActivityEvent, "event_id" | "occurred_at" | "entity_id">;

/** The writes that an append needs of a store. Each is one conditional put, and never changes what stands. */
export type AppendStore = {
  /** Stores the event unless its identity is taken; answers the event that was there before, else `null`. */
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /** Pins a key unless it is pinned; answers the pin that is in force. */
  pin(orgId: string, key: string, pin: Pin, now: Date): Promise<Pin>;
};

/**
 * Appends one event, or finds that it stands already.
 * Throws `ActivityError` `conflict` where the same identity, or the same idempotency key, stands for something else.
 */
export async function append(store: AppendStore, { event, idempotencyKey }: Draft): Promise<"appended" | "repeated"> {
  const pinned = idempotencyKey === null ? event : await pinnedTo(store, event, idempotencyKey);
  const standing = await store.put(pinned);
  if (standing === null) return "appended";
  if (isSameEvent(pinned, standing)) return "repeated";
  throw new ActivityError(
    "conflict",
    `Event ${pinned.event_id} is stored already with other content, and stays as it is.`,
  );
}

async function pinnedTo(store: AppendStore, event: ActivityEvent, key: string): Promise<ActivityEvent> {
  const pin = await store.pin(event.org_id, key, event, new Date(event.recorded_at));
  if (pin.entity_id !== event.entity_id) {
    throw new ActivityError("conflict", "The idempotency key belongs to an event of another document already.");
  }
  return { ...event, event_id: pin.event_id, occurred_at: pin.occurred_at };
}

/**
 * Compares all that the writer said happened. `recorded_at` is ours, and differs between two attempts; `notify` is an
 * instruction to us.
 */
function isSameEvent(left: ActivityEvent, right: ActivityEvent): boolean {
  return isDeepStrictEqual(said(left), said(right));
}

function said({ recorded_at: _, notify: __, ...event }: ActivityEvent) {
  const parsed = (text: JsonText | null): unknown => (text === null ? null : JSON.parse(text));
  return {
    ...event,
    actor: parsed(event.actor),
    changes: parsed(event.changes),
    metadata: parsed(event.metadata),
    related: parsed(event.related),
    params: parsed(event.params),
  };
}

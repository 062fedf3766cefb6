import { isDeepStrictEqual } from "node:util";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent, JsonText } from "./event.ts";
import { eventIdFromKey } from "./event-id.ts";
import type { Draft } from "./parse-event.ts";

/** What an idempotency key holds: the first attempt's identity, and who made it. */
export type IdempotencyRecord = Pick<ActivityEvent, "event_id" | "occurred_at" | "entity_id"> & {
  /** `null` for pins from before writers were told apart, which all writers of the organisation share. */
  readonly writer: string | null;
};

/** The writes that an append needs of a store. Each is one conditional put, and never changes what is there. */
export type AppendStore = {
  /** Stores the event unless its identity is taken; answers the event that was there before, else `null`. */
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /** Pins a key unless it is pinned; answers the pin that is in force. `isOwn` pins it for the writer of `pin` alone. */
  claimKey(
    orgId: string,
    key: string,
    pin: IdempotencyRecord,
    at: { readonly now: Date; readonly isOwn: boolean },
  ): Promise<IdempotencyRecord>;
};

type AppendResult = "appended" | "repeated";

/**
 * Appends one event, or finds that it is there already. `writer` tells apart those who use the same idempotency key; it
 * must not be what a writer says of itself. Throws `ActivityError` `conflict` if the same identity, or the writer's
 * idempotency key, belongs to something else.
 */
export async function append(
  store: AppendStore,
  { event, idempotencyKey }: Draft,
  writer: string | null = null,
): Promise<AppendResult> {
  if (idempotencyKey === null) return assertNoConflict(await putOrCompare(store, event), event);
  const now = new Date(event.recorded_at);
  const { org_id, event_id, occurred_at, entity_id } = event;
  const first = await store.claimKey(
    org_id,
    idempotencyKey,
    { event_id, occurred_at, entity_id, writer },
    { now, isOwn: false },
  );
  if (first.writer === null || writer === null || first.writer === writer)
    return appendUnderRecord(store, event, first);
  // Another writer's key. The same event to the letter is a repeat all the same, as when an operator sends it again.
  if (first.occurred_at === occurred_at && first.entity_id === entity_id) {
    const outcome = await putOrCompare(store, { ...event, event_id: first.event_id });
    if (outcome !== null) return outcome;
  }
  const ownId = eventIdFromKey(org_id, idempotencyKey, writer);
  const own = { event_id: ownId, occurred_at, entity_id, writer };
  return appendUnderRecord(store, event, await store.claimKey(org_id, idempotencyKey, own, { now, isOwn: true }));
}

async function appendUnderRecord(
  store: AppendStore,
  event: ActivityEvent,
  pin: IdempotencyRecord,
): Promise<AppendResult> {
  if (pin.entity_id !== event.entity_id) {
    throw new ActivityError("conflict", "The idempotency key belongs to an event of another document already.");
  }
  const pinned = { ...event, event_id: pin.event_id, occurred_at: pin.occurred_at };
  return assertNoConflict(await putOrCompare(store, pinned), pinned);
}

/** `null` if another event has the identity. */
async function putOrCompare(store: AppendStore, event: ActivityEvent): Promise<AppendResult | null> {
  const standing = await store.put(event);
  if (standing === null) return "appended";
  return isSameEvent(event, standing) ? "repeated" : null;
}

function assertNoConflict(outcome: AppendResult | null, { event_id }: ActivityEvent): AppendResult {
  if (outcome !== null) return outcome;
  throw new ActivityError("conflict", `Event ${event_id} is stored already with other content, and stays as it is.`);
}

/**
 * Compares all that the writer said happened. `recorded_at` is ours, and differs between two attempts; `notify` is an
 * instruction to us.
 */
function isSameEvent(left: ActivityEvent, right: ActivityEvent): boolean {
  return isDeepStrictEqual(comparableFields(left), comparableFields(right));
}

function comparableFields({ recorded_at: _, notify: __, ...event }: ActivityEvent) {
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

import { isDeepStrictEqual } from "node:util";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent, JsonText } from "./event.ts";
import { eventIdFromKey } from "./event-id.ts";
import type { Draft } from "./parse-event.ts";

/** What is stored for an idempotency key: the identity of the first attempt and its writer. */
export type IdempotencyRecord = Pick<ActivityEvent, "event_id" | "occurred_at" | "entity_id"> & {
  /** `null` for records from before writers were recorded. All writers of the organisation share those. */
  readonly writer: string | null;
};

/** The writes of an append. Each is one conditional put that never changes an existing item. */
export type AppendStore = {
  /** Stores the event unless its identity is taken. Returns the event that has the identity already, else `null`. */
  put(event: ActivityEvent): Promise<ActivityEvent | null>;
  /**
   * Claims a key unless it is claimed. Returns the record in force. `isOwn` claims it for the writer of `record` only.
   */
  claimKey(
    orgId: string,
    key: string,
    record: IdempotencyRecord,
    at: { readonly now: Date; readonly isOwn: boolean },
  ): Promise<IdempotencyRecord>;
};

type AppendResult = "appended" | "repeated";

/**
 * Appends one event; a repeat is a no-op. `writer` separates writers that use the same idempotency key and must be an
 * authenticated identity. Throws `ActivityError` `conflict` if another event has the identity or the writer's key.
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
  // The key of another writer. An identical event is still a repeat, for example when an operator sends it again.
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
  record: IdempotencyRecord,
): Promise<AppendResult> {
  if (record.entity_id !== event.entity_id) {
    throw new ActivityError("conflict", "The idempotency_key is already used for another entity_id. Use a new key.");
  }
  const identified = { ...event, event_id: record.event_id, occurred_at: record.occurred_at };
  return assertNoConflict(await putOrCompare(store, identified), identified);
}

/** Stores the event or compares it with the stored one. Returns `null` if another event has the identity. */
async function putOrCompare(store: AppendStore, event: ActivityEvent): Promise<AppendResult | null> {
  const stored = await store.put(event);
  if (stored === null) return "appended";
  return isSameEvent(event, stored) ? "repeated" : null;
}

function assertNoConflict(outcome: AppendResult | null, { event_id }: ActivityEvent): AppendResult {
  if (outcome !== null) return outcome;
  throw new ActivityError(
    "conflict",
    `Event ${event_id} already exists with different content. Send the change as a new event.`,
  );
}

/**
 * Compares the content from the writer. `recorded_at` differs between two attempts, and `notify` is an instruction to
 * the log.
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

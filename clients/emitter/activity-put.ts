import { randomUUID } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import { putOf } from "#shared/events/dynamodb/event-store.ts";
import { readEventText } from "#shared/events/parse-event.ts";
import type { EventInput } from "#shared/events/schema.ts";
import { isShardCount, shardCounts } from "#shared/events/shards/shards.ts";
import { type ClockSource, correctedNow } from "./corrected-clock.ts";
import { eventText } from "./event-text.ts";

/** An event without an idempotency key: the service's own transaction is what makes the write happen once. */
export type TransactedEvent = Omit<EventInput, "idempotency_key"> & { readonly idempotency_key?: never };

export type ActivityPutOptions = {
  readonly newId?: () => string;
  /**
   * How many shards the organisation has, from the time on that `org list` shows with it. Fewer are always safe; an
   * event that is written with more than there are is missing from all lists but its document's.
   */
  readonly shards?: number;
};

/**
 * The `Put` that appends an event inside the caller's own `TransactWriteCommand` (of `@aws-sdk/lib-dynamodb`), so that
 * a change and its event commit together or not at all. `client` is the client that sends the transaction: the event is
 * checked and dated by its clock, which it corrects from the answers of AWS. Make a new `Put` for each attempt.
 * Throws a `TypeError` without the table's name, and `ActivityError` for a bad event, such as one more than five minutes ahead of that clock, and for one with an
 * `idempotency_key`, which takes a second write to hold: guard the transaction itself, by its conditions or its token.
 */
export function activityPut(
  client: ClockSource,
  table: string | undefined,
  event: TransactedEvent,
  { newId = randomUUID, shards = 1 }: ActivityPutOptions = {},
) {
  if (!table) throw new TypeError("table is missing: give the name of the events table, the output TableEvents.");
  if (!isShardCount(shards)) {
    const message = `shards must be one of ${shardCounts.join(", ")}, as org list shows it.`;
    throw new ActivityError("invalid_value", message, { field: "shards" });
  }
  const draft = readEventText(eventText(event), { now: correctedNow(client, Date.now()), entropy: newId() });
  if (draft.idempotencyKey !== null) {
    throw new ActivityError(
      "invalid_value",
      "An event in a transaction takes no idempotency_key: give an event_id, or guard the transaction itself.",
      { field: "idempotency_key" },
    );
  }
  return putOf(table, draft.event, shards);
}

import { randomUUID } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-put.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { type Draft, parseEvent } from "#shared/events/parse-event.ts";
import { isShardCount, shardCounts } from "#shared/events/shards/shards.ts";
import { type ClockSource, correctedNow } from "./clock.ts";
import { InvalidEventError } from "./invalid-event-error.ts";
import { serializeEvent } from "./message.ts";

export type { ClockSource, EventInput };
export { InvalidEventError };

/** A conditional put, for a transaction of `@aws-sdk/lib-dynamodb`. */
export type ActivityPut = {
  TableName: string;
  Item: Record<string, string>;
  ConditionExpression: string;
  ReturnValuesOnConditionCheckFailure: "ALL_OLD";
};

/** An event without an idempotency key, because the transaction of the service is written once. */
export type TransactedEvent = Omit<EventInput, "idempotency_key"> & { readonly idempotency_key?: never };

export type ActivityPutOptions = {
  /** Returns a new text at every call, from which the id of an event without one is derived. */
  readonly newId?: () => string;
  /**
   * How many shards the organisation has, from the time on that `org list` shows with it. Fewer are always safe; an
   * event that is written with more than there are is missing from all lists but its document's.
   */
  readonly shards?: number;
};

/**
 * Returns the `Put` that appends an event within a `TransactWriteCommand` of the caller (`@aws-sdk/lib-dynamodb`), so that a
 * change and its event are committed together. `client` sends the transaction: its clock, which the SDK corrects from the
 * responses of AWS, dates the event. Create a new `Put` for each attempt.
 * Throws `InvalidEventError` for an invalid event, or one with an `idempotency_key`, which would need a second write; a
 * `TypeError` without the table's name, and a `RangeError` for an impossible number of shards.
 *
 * @example
 * const sent = activityPut(documents, process.env.EVENTS_TABLE, {
 *   org_id: "org_8f9a1c2d",
 *   action: "INVOICE_SENT",
 *   entity_type: "INVOICE",
 *   entity_id: "inv_8c3f1a9b",
 *   occurred_at: new Date().toISOString(),
 * });
 * await documents.send(new TransactWriteCommand({ TransactItems: [{ Update: update }, { Put: sent }] }));
 */
export function activityPut(
  client: ClockSource,
  table: string | undefined,
  event: TransactedEvent,
  { newId = randomUUID, shards = 1 }: ActivityPutOptions = {},
): ActivityPut {
  if (!table) throw new TypeError("table is missing: give the name of the events table, the output TableEvents.");
  if (!isShardCount(shards)) {
    throw new RangeError(`shards must be one of ${shardCounts.join(", ")}, as org list shows it.`);
  }
  const draft = parse(event, correctedNow(client, Date.now()), newId());
  if (draft.idempotencyKey !== null) {
    throw new InvalidEventError(
      "An event in a transaction takes no idempotency_key: give an event_id, or guard the transaction itself.",
    );
  }
  return buildEventPut(table, draft.event, shards);
}

function parse(event: TransactedEvent, now: Date, entropy: string): Draft {
  try {
    return parseEvent(serializeEvent(event), { now, entropy });
  } catch (error) {
    if (error instanceof ActivityError) throw new InvalidEventError(error.message, { cause: error.context.cause });
    throw error;
  }
}

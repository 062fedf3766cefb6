import { randomUUID } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-store.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import type { EventInput } from "#shared/events/schema.ts";
import { isShardCount, shardCounts } from "#shared/events/shards/shards.ts";
import { serializeEvent } from "./message.ts";

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
 * Throws a `TypeError` without the table's name, and `ActivityError` for an invalid event or one with an `idempotency_key`,
 * which needs a second write: use a condition or token of the transaction instead.
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
  const draft = parseEvent(serializeEvent(event), { now: correctedNow(client, Date.now()), entropy: newId() });
  if (draft.idempotencyKey !== null) {
    throw new ActivityError(
      "invalid_value",
      "An event in a transaction takes no idempotency_key: give an event_id, or guard the transaction itself.",
      { field: "idempotency_key" },
    );
  }
  return buildEventPut(table, draft.event, shards);
}

/**
 * The part of an AWS SDK client that knows the clock of AWS: the difference in milliseconds that it keeps up to date
 * from the `Date` header of every answer, and signs its requests by.
 */
export type ClockSource = { readonly config: { readonly systemClockOffset: number } };

/**
 * The SDK (`getUpdatedSystemClockOffset` of `@aws-sdk/core`) takes the header's time, whole seconds rounded down, less the
 * time when the answer came: for a correct clock that is up to a second and the answer's way behind, each time another.
 */
const headerErrorMs = 2_000;

/**
 * The time by the clock of AWS, as of the last answer that the client got. Before its first answer a client knows no
 * difference, and this is the machine's own clock; so it is where they differ by less than the error of the header.
 */
export function correctedNow({ config }: ClockSource, machineNow: number): Date {
  if (!Number.isFinite(config.systemClockOffset)) throw new TypeError("The client does not correct its clock.");
  const isKnown = Math.abs(config.systemClockOffset) >= headerErrorMs;
  return new Date(isKnown ? machineNow + config.systemClockOffset : machineNow);
}

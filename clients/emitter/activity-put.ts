import { randomUUID } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import { buildEventPut } from "#shared/events/dynamodb/event-store.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import type { EventInput } from "#shared/events/schema.ts";
import { isShardCount, shardCounts } from "#shared/events/shards/shards.ts";
import { serializeEvent } from "./message.ts";

/** An event without an idempotency key, because the transaction of the service is written once. */
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
 * Returns the `Put` that appends an event within a `TransactWriteCommand` of the caller (`@aws-sdk/lib-dynamodb`), so that a
 * change and its event are committed together. `client` sends the transaction: its clock, which the SDK corrects from the
 * responses of AWS, dates the event. Create a new `Put` for each attempt.
 * Throws a `TypeError` without the table's name, and `ActivityError` for an invalid event or one with an `idempotency_key`,
 * which would need a second write: use a condition or token of the transaction instead.
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
 * The clock offset of an AWS SDK client in milliseconds. The client updates it from the `Date` header of every response,
 * and signs its requests with it.
 */
export type ClockSource = { readonly config: { readonly systemClockOffset: number } };

/**
 * The SDK (`getUpdatedSystemClockOffset` of `@aws-sdk/core`) subtracts the time of arrival from the header's time in whole
 * seconds. For a correct clock the offset varies by up to a second and the latency of the response.
 */
const headerErrorMs = 2_000;

/**
 * Returns the time by the clock of AWS, as of the last response to the client. Before the first response, or if the offset is
 * below the error of the header, it is the time of the machine.
 */
export function correctedNow({ config }: ClockSource, machineNow: number): Date {
  if (!Number.isFinite(config.systemClockOffset)) throw new TypeError("The client does not correct its clock.");
  const isKnown = Math.abs(config.systemClockOffset) >= headerErrorMs;
  return new Date(isKnown ? machineNow + config.systemClockOffset : machineNow);
}

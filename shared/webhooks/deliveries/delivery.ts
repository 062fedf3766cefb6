import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { UnrecognisedValue } from "#shared/platform/unrecognised-value.ts";
import type { SendError, SendResult } from "#shared/webhooks/sending/send-result.ts";

export const deliveryStatuses = ["pending", "succeeded", "failed"] as const;

export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Why a delivery failed for good. */
export type FailureReason =
  | "exhausted"
  | "endpoint_gone"
  | "endpoint_disabled"
  | "endpoint_deleted"
  | "org_suspended"
  | "aborted_by_receiver"
  | "test_failed"
  /** The event is missing or damaged in the log. */
  | "event_unreadable";

/** Own ids and times are shorter. A forged message must not make a request to a store too large. */
const shortText = z.string().check(z.maxLength(512));

/** The key of an event in the log. */
const eventKeySchema = z.object({ entity_id: shortText, occurred_at: shortText, event_id: shortText });

/**
 * Identifies one attempt of a delivery, in the queue and in the table. The event itself stays in the log. Attempts are
 * counted in cycles: a retry by the owner or a replay begins a new cycle and cancels the rest of the one before.
 */
export const deliveryMessageSchema = z.object({
  org_id: shortText,
  endpoint_id: shortText,
  delivery_id: shortText,
  event_type: shortText,
  /** `null` for a test, whose sample event is generated from its type. */
  event: z.nullable(eventKeySchema),
  /** The number of the event in the log of its organisation; `null` for a test, and if it is not known. */
  sequence: z._default(z.nullable(z.number()), null),
  /** When the event got its number. The default is for messages and items of releases without a ledger. */
  sealed_at: z._default(z.nullable(shortText), null),
  /** When the cycle was requested, in Unix milliseconds; 0 for the first, which the fan-out begins. */
  cycle: z.number(),
  /** When the cycle began; the retry window starts then. */
  started_at: shortText,
  /** Number of earlier attempts of the cycle. */
  step: z.number(),
  /** How often this attempt was rescheduled because the circuit of the endpoint was open. */
  parked: z.number(),
  /** Requested by a person: may probe an open circuit. */
  urgent: z.boolean(),
  /** Whether to send a delivery again that has succeeded. */
  resend: z.boolean(),
});

export type DeliveryMessage = z.infer<typeof deliveryMessageSchema>;

/** The delivery of one event to one endpoint. Times are UTC with three fraction digits. */
export type Delivery = Pick<
  DeliveryMessage,
  "org_id" | "endpoint_id" | "delivery_id" | "event_type" | "event" | "sequence" | "sealed_at" | "cycle" | "step"
> & {
  readonly status: DeliveryStatus;
  readonly reason: FailureReason | null;
  /** Attempts over all cycles. */
  readonly attempts: number;
  readonly created_at: string;
  readonly last_attempt_at: string | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  /** `null` also for attempts before this was recorded. */
  readonly last_duration_ms: number | null;
  readonly next_attempt_at: string | null;
};

/** One attempt, as it is stored. */
export type DeliveryAttempt = SendResult & {
  /** Counts from 1 over the life of the delivery. */
  readonly number: number;
  readonly at: string;
};

/** A stored attempt, perhaps of a later release. */
export type StoredDeliveryAttempt = Omit<DeliveryAttempt, "error"> & {
  readonly error: SendError | UnrecognisedValue | null;
};

/** A stored delivery, perhaps of a later release. */
export type StoredDelivery = Omit<Delivery, "status" | "reason"> & {
  readonly status: DeliveryStatus | UnrecognisedValue;
  readonly reason: FailureReason | UnrecognisedValue | null;
};

/** Creates a delivery before its first attempt. */
export function newDelivery(message: DeliveryMessage, now: Date, next_attempt_at: string | null): Delivery {
  const { org_id, endpoint_id, delivery_id, event_type, event, sequence, sealed_at, cycle, step } = message;
  return {
    ...{ org_id, endpoint_id, delivery_id, event_type, event, sequence, sealed_at, cycle, step },
    status: "pending",
    reason: null,
    attempts: 0,
    created_at: now.toISOString(),
    last_attempt_at: null,
    last_status: null,
    last_error: null,
    last_duration_ms: null,
    next_attempt_at,
  };
}

/** The result of claiming an attempt. */
export type ClaimResult =
  | { readonly kind: "claimed"; readonly delivery: Delivery }
  /** Succeeded, failed or begun anew: this attempt is obsolete. */
  | { readonly kind: "settled" }
  /** Another worker holds the claim, until then at the latest. */
  | { readonly kind: "busy"; readonly until: string };

export type DeliveryFilter = {
  readonly status: DeliveryStatus | null;
  readonly event_type: string | null;
  /** Inclusive bounds of when the event was recorded. */
  readonly since: string | null;
  readonly until: string | null;
};

export type DeliveryQuery = DeliveryFilter & {
  readonly endpoint_id: string;
  readonly limit: number;
  /** The last delivery of the previous page. */
  readonly after: string | null;
};

export type DeliveryPage = { readonly deliveries: readonly StoredDelivery[]; readonly next: string | null };

export type DeliveryStore = {
  /**
   * Claims an attempt for `leaseSeconds`: creates the delivery if it does not exist, and counts the attempt. A message of
   * a later cycle or step than that of the delivery is claimed, one of an earlier is `settled`. The sequence of the first
   * message remains, so that all attempts have the same body.
   */
  claim(message: DeliveryMessage, now: Date, leaseSeconds: number): Promise<ClaimResult>;
  /** Creates a pending delivery that waits until `next_attempt_at`. Returns `false` if it exists already. */
  create(message: DeliveryMessage, now: Date, next_attempt_at: string): Promise<boolean>;
  /** Records until when a delivery waits, unless it is claimed, finished or in another cycle or step. */
  recordScheduled(message: DeliveryMessage, now: Date, next_attempt_at: string): Promise<void>;
  /**
   * Records the state of a delivery and ends its claim; `attempt` is `null` if nothing was sent. If a later cycle has
   * begun, only the attempt is stored.
   */
  record(delivery: Delivery, attempt: DeliveryAttempt | null): Promise<void>;
  get(endpointId: string, deliveryId: string): Promise<StoredDelivery | null>;
  /** Oldest first. */
  attempts(endpointId: string, deliveryId: string): Promise<readonly StoredDeliveryAttempt[]>;
  /** Newest first. A page may hold fewer than `limit` though more follow. */
  page(query: DeliveryQuery): Promise<DeliveryPage>;
  /** Returns the status of each delivery that exists. */
  statuses(endpointId: string, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, StoredDelivery["status"]>>;
};

/** Attempts that are due later than a queue can delay them, spread over shards. */
export type ScheduledDeliveryStore = {
  add(message: DeliveryMessage, dueAt: Date): Promise<void>;
  /** Lists some of the due attempts, earliest first. Throws if all that are left are damaged. */
  listDue(shard: number, now: Date): Promise<readonly ScheduledDelivery[]>;
  remove(entries: readonly ScheduledDelivery[]): Promise<void>;
};

export type ScheduledDelivery = { readonly message: DeliveryMessage; readonly shard: number; readonly key: string };

export const scheduleShardCount = 16;

export const queueUnavailable = "The delivery queue is temporarily unavailable. Retry the request.";

/** The queue of deliveries. `send` returns the messages that it did not accept. */
export type DeliveryQueue = {
  send(messages: readonly DeliveryMessage[], delaySeconds: number): Promise<readonly DeliveryMessage[]>;
};

type DeliveredEventKey = Pick<ActivityEvent, "org_id" | "entity_id" | "occurred_at" | "event_id" | "recorded_at">;

/**
 * Returns the id of an event's delivery to an endpoint, the same for each repetition by stream, queue or replay. It
 * begins with when the event was recorded, so that text order is time order. If the clock of the writer was skewed, the
 * fan-out passes the time of the table, which the ledger has (`withTrustedTime`) and a replay from the log does not know.
 */
export function deliveryIdOf(endpointId: string, event: DeliveredEventKey): string {
  const key = `${endpointId}\n${event.org_id}\n${event.entity_id}\n${event.occurred_at}\n${event.event_id}`;
  return deliveryIdAt(event.recorded_at, key);
}

/** Returns the delivery id for a time and `entropy`. */
export function deliveryIdAt(at: string, entropy: string): string {
  return `${deliveryIdPrefix(at)}${createHash("sha256").update(entropy).digest("hex").slice(0, 20)}`;
}

/** Returns the prefix of all delivery ids of a millisecond. Times before 1970 and invalid ones count as 1970. */
export function deliveryIdPrefix(at: string): string {
  return `dlv_${Math.max(0, Date.parse(at) || 0)
    .toString(16)
    .padStart(12, "0")}`;
}

/** Returns the time that a delivery id begins with, in ISO 8601. */
export function deliveryTime(deliveryId: string): string {
  return new Date(Number.parseInt(deliveryId.slice(4, 16), 16)).toISOString();
}

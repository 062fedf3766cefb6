import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { LaterValue } from "#shared/webhooks/later-value.ts";
import type { Attempt, StoredAttempt } from "./attempt.ts";

export const deliveryStatuses = ["pending", "succeeded", "failed"] as const;

export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** Why a delivery was given up. */
export type FailureReason =
  | "exhausted"
  | "endpoint_gone"
  | "endpoint_disabled"
  | "endpoint_deleted"
  | "org_suspended"
  | "aborted_by_receiver"
  | "test_failed"
  /** The log no longer has the event, or has a damaged item in its place. */
  | "event_unreadable";

/** Ids and times of ours are shorter; a message of another sender must not be able to make a call too large. */
const short = z.string().check(z.maxLength(512));

/** Where an event stands in the log. */
const eventKey = z.object({ entity_id: short, occurred_at: short, event_id: short });

/**
 * What travels through the queue, and waits in the table: which delivery, and which attempt of it. The event itself
 * stays in the log. Attempts are counted in cycles: a retry or replay begins a new one, and ends what is left of the
 * one before.
 */
export const deliveryMessage = z.object({
  org_id: short,
  endpoint_id: short,
  delivery_id: short,
  event_type: short,
  /** `null` for a test, whose sample is made of its type. */
  event: z.nullable(eventKey),
  /** When the cycle was asked for, in Unix milliseconds; 0 for the first, which the stream begins. */
  cycle: z.number(),
  /** When the cycle began: three days later it ends. */
  started_at: short,
  /** Attempts of the cycle before this one. */
  step: z.number(),
  /** How often the endpoint's circuit was open when this attempt was due. */
  parked: z.number(),
  /** Asked for by a person: sent even where the circuit is open. */
  urgent: z.boolean(),
  /** Whether it is sent again where it has succeeded before. */
  resend: z.boolean(),
});

export type DeliveryMessage = z.infer<typeof deliveryMessage>;

/** One event on its way to one endpoint. Times are UTC with three fraction digits. */
export type Delivery = Pick<
  DeliveryMessage,
  "org_id" | "endpoint_id" | "delivery_id" | "event_type" | "event" | "cycle" | "step"
> & {
  readonly status: DeliveryStatus;
  readonly reason: FailureReason | null;
  /** Attempts over all cycles. */
  readonly attempts: number;
  readonly created_at: string;
  readonly last_attempt_at: string | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly next_attempt_at: string | null;
};

/** A delivery that was kept, perhaps by a later release. */
export type StoredDelivery = Omit<Delivery, "status" | "reason"> & {
  readonly status: DeliveryStatus | LaterValue;
  readonly reason: FailureReason | LaterValue | null;
};

/** A delivery that was not attempted yet. */
export function newDelivery(message: DeliveryMessage, now: Date, next_attempt_at: string | null): Delivery {
  const { org_id, endpoint_id, delivery_id, event_type, event, cycle, step } = message;
  return {
    ...{ org_id, endpoint_id, delivery_id, event_type, event, cycle, step },
    status: "pending",
    reason: null,
    attempts: 0,
    created_at: now.toISOString(),
    last_attempt_at: null,
    last_status: null,
    last_error: null,
    next_attempt_at,
  };
}

/** What became of asking for an attempt. */
export type Claim =
  | { readonly kind: "claimed"; readonly delivery: Delivery }
  /** Done already, given up, or begun anew since: nothing is left to do. */
  | { readonly kind: "settled" }
  /** Somebody else is at it, until then at the latest. */
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
  /** The delivery that the page before ended with. */
  readonly after: string | null;
};

export type DeliveryPage = { readonly deliveries: readonly StoredDelivery[]; readonly next: string | null };

export type DeliveryStore = {
  /**
   * Takes an attempt: creates the delivery where there is none, counts the attempt and holds it for `leaseSeconds`. A
   * message of a later cycle or step than the delivery's is taken, one of an earlier is `settled`.
   */
  claim(message: DeliveryMessage, now: Date, leaseSeconds: number): Promise<Claim>;
  /** Lists a new delivery that waits until `next_attempt_at`, unless it is listed already. Returns whether it was not. */
  create(message: DeliveryMessage, now: Date, next_attempt_at: string): Promise<boolean>;
  /** Lists a delivery that waits, and until when; not one that somebody is at, or that is begun anew or over. */
  announce(message: DeliveryMessage, now: Date, next_attempt_at: string): Promise<void>;
  /**
   * Writes how an attempt went and ends its hold: `delivery` as it is from now on. Where a later cycle has begun
   * meanwhile only the attempt is kept. `attempt` is `null` where nothing was sent.
   */
  record(delivery: Delivery, attempt: Attempt | null): Promise<void>;
  get(endpointId: string, deliveryId: string): Promise<StoredDelivery | null>;
  /** Oldest first. */
  attempts(endpointId: string, deliveryId: string): Promise<readonly StoredAttempt[]>;
  /** Newest first. A page may hold fewer than `limit` and still have more behind it. */
  page(query: DeliveryQuery): Promise<DeliveryPage>;
  /** The status of each delivery that there is. */
  statuses(endpointId: string, deliveryIds: readonly string[]): Promise<ReadonlyMap<string, StoredDelivery["status"]>>;
};

/** Attempts that are due later than a queue can hold them, spread over shards. */
export type DueStore = {
  add(message: DeliveryMessage, dueAt: Date): Promise<void>;
  /** Some that are due, the longest due first. Throws where what is left of them is damaged. */
  due(shard: number, now: Date): Promise<readonly DueEntry[]>;
  remove(entries: readonly DueEntry[]): Promise<void>;
};

export type DueEntry = { readonly message: DeliveryMessage; readonly shard: number; readonly key: string };

export const dueShards = 16;

/** The queue of deliveries. Answers the messages that it did not accept. */
export type DeliveryQueue = {
  send(messages: readonly DeliveryMessage[], delaySeconds: number): Promise<readonly DeliveryMessage[]>;
};

/** How long deliveries and their attempts are kept. */
export const keptForDays = 30;

/**
 * The id of an event's delivery to an endpoint: the same however often stream, queue or replay bring it. It begins with
 * when the event was recorded, so that text order is time order. Where its writer's clock was skewed, the fan-out
 * passes the event with the table's time (`withTrustedTime`), which a replay from the log does not know.
 */
export function deliveryIdOf(endpointId: string, event: ActivityEvent): string {
  const key = `${endpointId}\n${event.org_id}\n${event.entity_id}\n${event.occurred_at}\n${event.event_id}`;
  return deliveryIdAt(event.recorded_at, key);
}

/** A delivery id for a moment, made from `entropy`. */
export function deliveryIdAt(at: string, entropy: string): string {
  return `${deliveryIdPrefix(at)}${createHash("sha256").update(entropy).digest("hex").slice(0, 20)}`;
}

/** What the ids of deliveries of a millisecond begin with. Moments before 1970, and what is no time, count as 1970. */
export function deliveryIdPrefix(at: string): string {
  return `dlv_${Math.max(0, Date.parse(at) || 0)
    .toString(16)
    .padStart(12, "0")}`;
}

/** The millisecond that a delivery id begins with, in ISO 8601. */
export function deliveryTime(deliveryId: string): string {
  return new Date(Number.parseInt(deliveryId.slice(4, 16), 16)).toISOString();
}

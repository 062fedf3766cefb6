import type { SuspendedOrgCache } from "#shared/auth/orgs/suspended-orgs.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EndpointStore, SecretEncryption } from "#shared/webhooks/endpoints/endpoint.ts";
import type { LimiterPorts } from "#shared/webhooks/limits/concurrency-limiter.ts";
import type { HostRateLimiter } from "#shared/webhooks/limits/host-rate-limiter.ts";
import type { SendWebhook } from "#shared/webhooks/sending/send-result.ts";
import type { DeliveryMessage, DeliveryQueue, DeliveryStore, ScheduledDeliveryStore } from "./delivery.ts";

export type EventKey = NonNullable<DeliveryMessage["event"]>;

/** The functions that delivering needs from outside. */
export type DeliveryPorts = LimiterPorts & {
  readonly endpoints: Pick<EndpointStore, "get" | "update">;
  readonly deliveries: Pick<DeliveryStore, "claim" | "recordScheduled" | "record">;
  readonly scheduled: Pick<ScheduledDeliveryStore, "add">;
  /** The queue that the messages come from, and are returned to. */
  readonly queue: DeliveryQueue;
  readonly slowLane: DeliveryQueue | null;
  readonly hostRateLimiter: Pick<HostRateLimiter, "tryAcquire" | "windowEnd">;
  readonly suspended: Pick<SuspendedOrgCache, "current">;
  readonly events: { get(orgId: string, key: EventKey): Promise<ActivityEvent | null> };
  readonly encryption: Pick<SecretEncryption, "decrypt">;
  readonly send: SendWebhook;
};

/** The result of a message. */
export type DeliveryOutcome =
  | "succeeded"
  /** The attempt failed, and the next one is scheduled. */
  | "failed"
  /** The delivery failed for good, after an attempt or without one. */
  | "given_up"
  /** Sent later: the endpoint is busy or paused, its circuit is open, or another worker holds the claim. */
  | "rescheduled"
  /** Moved to the queue of the slow lane. */
  | "moved"
  /** Sent later, because of a transient error of a service. */
  | "deferred"
  /** Not sent: this attempt is obsolete, because another message made it or a new cycle began. */
  | "dropped";

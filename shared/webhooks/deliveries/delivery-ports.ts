import type { SuspendedOrgCache } from "#shared/auth/orgs/suspended-orgs.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EndpointStore, SecretEncryption } from "#shared/webhooks/endpoints/endpoint.ts";
import type { EndpointHealthStore } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { HostRateLimiter } from "#shared/webhooks/limits/host-rate-limit.ts";
import type { OrgPermitStore } from "#shared/webhooks/limits/org-permits.ts";
import type { NegativeCache } from "#shared/webhooks/limits/refusals.ts";
import type { SendWebhook } from "#shared/webhooks/sending/send-result.ts";
import type { DeliveryMessage, DeliveryQueue, DeliveryStore, ScheduledDeliveryStore } from "./delivery.ts";

export type EventKey = NonNullable<DeliveryMessage["event"]>;

/** All that delivering needs of the world. */
export type DeliveryPorts = {
  readonly endpoints: Pick<EndpointStore, "get" | "update">;
  readonly deliveries: Pick<DeliveryStore, "claim" | "announce" | "record">;
  readonly health: EndpointHealthStore;
  readonly permits: OrgPermitStore;
  readonly due: Pick<ScheduledDeliveryStore, "add">;
  /** The queue that the messages come from, and go back to. */
  readonly queue: DeliveryQueue;
  /** Where messages go whose endpoint is not known as fast; `null` on the slow lane itself. */
  readonly slowLane: DeliveryQueue | null;
  /** Concurrent sends of an organisation that need permits, on each lane. */
  readonly sendsPerOrg: number;
  readonly refusals: NegativeCache;
  /** Bounds what one host is sent. */
  readonly destinations: Pick<HostRateLimiter, "take" | "windowEnd">;
  readonly suspended: Pick<SuspendedOrgCache, "current">;
  readonly events: { get(orgId: string, key: EventKey): Promise<ActivityEvent | null> };
  readonly encryption: Pick<SecretEncryption, "decrypt">;
  readonly send: SendWebhook;
  now(): Date;
  /** From 0 to 1. */
  random(): number;
  newId(): string;
  sleep(milliseconds: number): Promise<unknown>;
};

/**
 * What became of a message: its delivery succeeded, failed and waits for another attempt, or was given up; or nothing
 * was sent, because it must wait, goes by the slow lane, was held up by a fault that passes, or was dealt with before.
 */
export type DeliveryOutcome = "succeeded" | "failed" | "given_up" | "rescheduled" | "moved" | "deferred" | "dropped";

import type { SuspendedOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EndpointStore, SecretBox } from "#shared/webhooks/endpoints/endpoint.ts";
import type { HealthStore } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { Destinations } from "#shared/webhooks/limits/host-rate-limit.ts";
import type { PermitStore } from "#shared/webhooks/limits/org-permits.ts";
import type { Refusals } from "#shared/webhooks/limits/refusals.ts";
import type { Send } from "./attempt.ts";
import type { DeliveryMessage, DeliveryQueue, DeliveryStore, DueStore } from "./delivery.ts";

export type EventKey = NonNullable<DeliveryMessage["event"]>;

/** All that delivering needs of the world. */
export type DeliveryWorld = {
  readonly endpoints: Pick<EndpointStore, "get" | "update">;
  readonly deliveries: Pick<DeliveryStore, "claim" | "announce" | "record">;
  readonly health: HealthStore;
  readonly permits: PermitStore;
  readonly due: Pick<DueStore, "add">;
  /** The queue that the messages come from, and go back to. */
  readonly queue: DeliveryQueue;
  /** Where messages go whose endpoint is not known as fast; `null` on the slow lane itself. */
  readonly slowLane: DeliveryQueue | null;
  /** Concurrent sends of an organisation that need permits, on each lane. */
  readonly sendsPerOrg: number;
  readonly refusals: Refusals;
  /** Bounds what one host is sent. */
  readonly destinations: Pick<Destinations, "take" | "windowEnd">;
  readonly suspended: Pick<SuspendedOrgs, "current">;
  readonly events: { get(orgId: string, key: EventKey): Promise<ActivityEvent | null> };
  readonly box: Pick<SecretBox, "open">;
  readonly send: Send;
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
export type Outcome = "succeeded" | "failed" | "given_up" | "parked" | "moved" | "deferred" | "dropped";

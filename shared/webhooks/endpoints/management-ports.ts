import type { EventReader } from "#shared/events/query/query.ts";
import type { DeliveryQueue, DeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import type { EndpointHealthStore } from "#shared/webhooks/limits/endpoint-health.ts";
import type { ReplayListStore, ReplayQueue, ReplayStore } from "#shared/webhooks/replays/replay.ts";
import type { EndpointStore, SecretEncryption } from "./endpoint.ts";
import type { EndpointUrlRules } from "./endpoint-url.ts";

/** All that those who manage endpoints need of the world. */
export type WebhookManagementPorts = {
  readonly endpoints: EndpointStore;
  readonly encryption: Pick<SecretEncryption, "encrypt">;
  readonly deliveries: Pick<DeliveryStore, "create" | "get" | "attempts" | "page" | "statuses">;
  readonly health: EndpointHealthStore;
  readonly queue: DeliveryQueue;
  readonly replays: ReplayStore;
  readonly replayLists: ReplayListStore;
  readonly replayQueue: ReplayQueue;
  readonly events: EventReader;
  readonly rules: EndpointUrlRules;
  now(): Date;
  /** So many random bytes. */
  random(bytes: number): Uint8Array;
};

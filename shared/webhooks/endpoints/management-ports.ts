import type { EventReader } from "#shared/events/query/query.ts";
import type { DeliveryQueue, DeliveryStore } from "#shared/webhooks/deliveries/delivery.ts";
import type { HealthStore } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { ReplayListStore, ReplayQueue, ReplayStore } from "#shared/webhooks/replays/replay.ts";
import type { EndpointStore, SecretBox } from "./endpoint.ts";
import type { UrlRules } from "./endpoint-url.ts";

/** All that those who manage endpoints need of the world. */
export type ManageWorld = {
  readonly endpoints: EndpointStore;
  readonly box: Pick<SecretBox, "seal">;
  readonly deliveries: Pick<DeliveryStore, "create" | "get" | "attempts" | "page" | "statuses">;
  readonly health: HealthStore;
  readonly queue: DeliveryQueue;
  readonly replays: ReplayStore;
  readonly replayLists: ReplayListStore;
  readonly replayQueue: ReplayQueue;
  readonly events: EventReader;
  readonly rules: UrlRules;
  now(): Date;
  /** So many random bytes. */
  random(bytes: number): Uint8Array;
};

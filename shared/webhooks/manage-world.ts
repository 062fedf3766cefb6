import type { EventReader } from "../events/query.ts";
import type { DeliveryQueue, DeliveryStore } from "./delivery.ts";
import type { EndpointStore, SecretBox } from "./endpoint.ts";
import type { UrlRules } from "./endpoint-url.ts";
import type { HealthStore } from "./health.ts";
import type { ReplayListStore, ReplayQueue, ReplayStore } from "./replay.ts";

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

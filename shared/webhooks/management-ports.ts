import type { EventReader } from "#shared/events/query/query.ts";
import type { EventGetter } from "./deliveries/delivered-event.ts";
import type { DeliveryQueue, DeliveryStore } from "./deliveries/delivery.ts";
import type { EndpointPorts } from "./endpoints/manage-endpoints.ts";
import type { EndpointHealthList, EndpointHealthStore } from "./limits/endpoint-health.ts";
import type { ReplayListStore, ReplayQueue, ReplayStore } from "./replays/replay.ts";

/** The ports of the functions by which owners manage endpoints, deliveries and replays. */
export type WebhookManagementPorts = EndpointPorts & {
  readonly deliveries: Pick<DeliveryStore, "create" | "get" | "attempts" | "page" | "statuses">;
  readonly health: EndpointHealthStore & EndpointHealthList;
  readonly queue: DeliveryQueue;
  readonly replays: ReplayStore;
  readonly replayLists: ReplayListStore;
  readonly replayQueue: ReplayQueue;
  readonly events: EventReader & EventGetter;
};

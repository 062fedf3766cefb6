import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath } from "./cursor-list.ts";
import { createDeliveries, type Deliveries } from "./deliveries.ts";
import { createEndpoints, type Endpoints } from "./endpoints.ts";
import { createReplays, type Replays } from "./replays.ts";

/** The webhook API. Its methods throw `ActivityLogError`. */
export type Webhooks = {
  readonly endpoints: Endpoints;
  /** The deliveries to one endpoint, newest first. */
  deliveries(endpointId: string): Deliveries;
  /** Sends events of the log to one endpoint again. */
  replays(endpointId: string): Replays;
  /** Returns the catalogue of event types, each with a sample and its JSON Schema. */
  listEventTypes(options?: RequestOptions): Promise<Schemas["WebhookEventTypes"]>;
};

export function createWebhooks(connection: Connection): Webhooks {
  return {
    endpoints: createEndpoints(connection),
    deliveries: (endpointId) => createDeliveries(connection, endpointId),
    replays: (endpointId) => createReplays(connection, endpointId),
    async listEventTypes(options) {
      const response = await send(connection, { method: "GET", path: `${basePath}/webhooks/event-types` }, options);
      return getBody<ResponseOf<"list_webhook_event_types", 200>>(response, "event_types").event_types;
    },
  };
}

import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import type { List } from "#clients/client/http/page.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { QueryOf, ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath, createCursorList } from "./cursor-list.ts";

export type DeliveryParams = Omit<QueryOf<"list_webhook_deliveries">, "organization_id">;

/** The API has no conditional requests for deliveries: `etag` is `null`. */
export type Deliveries = List<Schemas["WebhookDelivery"], DeliveryParams> & {
  /** Returns a delivery and its attempts. */
  get(id: string, options?: RequestOptions): Promise<Schemas["WebhookDeliveryWithAttempts"]>;
  /** Attempts a delivery again, from the beginning of the retry schedule. */
  retry(id: string, options?: RequestOptions): Promise<Schemas["WebhookDelivery"]>;
};

export function createDeliveries(connection: Connection, endpointId: string): Deliveries {
  const all = `${basePath}/webhooks/endpoints/${encodePathSegment(endpointId)}/deliveries`;
  const first: DeliveryParams = {};
  return {
    ...createCursorList(first, {
      connection,
      path: all,
      getBody: (response) =>
        getBody<ResponseOf<"list_webhook_deliveries", 200>>(response, "deliveries", "page_context"),
      getItems: ({ deliveries }) => deliveries,
    }),
    async get(id, options) {
      const response = await send(connection, { method: "GET", path: `${all}/${encodePathSegment(id)}` }, options);
      return getBody<ResponseOf<"get_webhook_delivery", 200>>(response, "delivery").delivery;
    },
    async retry(id, options) {
      const request = { method: "POST", path: `${all}/${encodePathSegment(id)}/retry`, body: {} } as const;
      const response = await send(connection, request, options);
      return getBody<ResponseOf<"retry_webhook_delivery", 202>>(response, "delivery").delivery;
    },
  };
}

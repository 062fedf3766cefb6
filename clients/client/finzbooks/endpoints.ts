import { getBody } from "#clients/client/http/body.ts";
import type { Connection } from "#clients/client/http/connection.ts";
import { encodePathSegment } from "#clients/client/http/path-segment.ts";
import type { RequestOptions } from "#clients/client/http/request.ts";
import { send } from "#clients/client/http/send.ts";
import type { BodyOf, QueryOf, ResponseOf, Schemas } from "#clients/client/openapi-types.ts";
import { basePath } from "./cursor-list.ts";

export type EndpointSettings = BodyOf<"create_webhook_endpoint">;

export type EndpointListParams = Omit<QueryOf<"list_webhook_endpoints">, "organization_id">;

export type EndpointPatch = BodyOf<"update_webhook_endpoint">;

/** An endpoint after a change; if it was enabled again, with the replay that sends what it missed. */
export type UpdatedEndpoint = {
  readonly endpoint: Schemas["WebhookEndpoint"];
  readonly missed: Schemas["WebhookMissed"] | null;
};

export type Endpoints = {
  /** Returns all endpoints, oldest first; with `include: "health"` with the health of each. */
  list(params?: EndpointListParams, options?: RequestOptions): Promise<Schemas["WebhookEndpoints"]>;
  /** Creates an endpoint. Only this response and that of `rotateSecret` have the secret that signs deliveries. */
  create(settings: EndpointSettings, options?: RequestOptions): Promise<Schemas["WebhookEndpointWithSecret"]>;
  /** Returns an endpoint and its health. */
  get(id: string, options?: RequestOptions): Promise<Schemas["WebhookEndpointWithHealth"]>;
  /** Changes, disables or enables an endpoint. Fields that are left out stay. */
  update(id: string, patch: EndpointPatch, options?: RequestOptions): Promise<UpdatedEndpoint>;
  delete(id: string, options?: RequestOptions): Promise<void>;
  /** Creates a new secret. The old one also signs for a while: 24 hours, or `overlap_seconds`. */
  rotateSecret(
    id: string,
    body?: BodyOf<"rotate_webhook_secret">,
    options?: RequestOptions,
  ): Promise<Schemas["WebhookEndpointWithSecret"]>;
  /** Sends a signed sample event, once. */
  test(id: string, body?: BodyOf<"test_webhook_endpoint">, options?: RequestOptions): Promise<Schemas["WebhookTest"]>;
};

export function createEndpoints(connection: Connection): Endpoints {
  const all = `${basePath}/webhooks/endpoints`;
  const one = (id: string) => `${basePath}/webhooks/endpoints/${encodePathSegment(id)}`;
  return {
    async list(query = {}, options) {
      const response = await send(connection, { method: "GET", path: all, query }, options);
      return getBody<ResponseOf<"list_webhook_endpoints", 200>>(response, "endpoints").endpoints;
    },
    async create(settings, options) {
      const response = await send(connection, { method: "POST", path: all, body: settings }, options);
      return getBody<ResponseOf<"create_webhook_endpoint", 201>>(response, "endpoint").endpoint;
    },
    async get(id, options) {
      const response = await send(connection, { method: "GET", path: one(id) }, options);
      return getBody<ResponseOf<"get_webhook_endpoint", 200>>(response, "endpoint").endpoint;
    },
    async update(id, patch, options) {
      const response = await send(connection, { method: "PATCH", path: one(id), body: patch }, options);
      const { endpoint, missed } = getBody<ResponseOf<"update_webhook_endpoint", 200>>(response, "endpoint");
      return { endpoint, missed: missed ?? null };
    },
    async delete(id, options) {
      await send(connection, { method: "DELETE", path: one(id) }, options);
    },
    async rotateSecret(id, body = {}, options) {
      const response = await send(connection, { method: "POST", path: `${one(id)}/rotate-secret`, body }, options);
      return getBody<ResponseOf<"rotate_webhook_secret", 200>>(response, "endpoint").endpoint;
    },
    async test(id, body = {}, options) {
      const response = await send(connection, { method: "POST", path: `${one(id)}/test`, body }, options);
      return getBody<ResponseOf<"test_webhook_endpoint", 202>>(response, "delivery").delivery;
    },
  };
}

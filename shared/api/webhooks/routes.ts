import { basePath } from "#shared/api/finzbooks/routes.ts";
import { ActivityError } from "#shared/errors.ts";

/** The method of each operation, and its path below the base. */
export const webhookRoutes = {
  list_webhook_endpoints: ["GET", "/webhooks/endpoints"],
  create_webhook_endpoint: ["POST", "/webhooks/endpoints"],
  get_webhook_endpoint: ["GET", "/webhooks/endpoints/{endpoint_id}"],
  update_webhook_endpoint: ["PATCH", "/webhooks/endpoints/{endpoint_id}"],
  delete_webhook_endpoint: ["DELETE", "/webhooks/endpoints/{endpoint_id}"],
  rotate_webhook_secret: ["POST", "/webhooks/endpoints/{endpoint_id}/rotate-secret"],
  test_webhook_endpoint: ["POST", "/webhooks/endpoints/{endpoint_id}/test"],
  list_webhook_deliveries: ["GET", "/webhooks/endpoints/{endpoint_id}/deliveries"],
  get_webhook_delivery: ["GET", "/webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}"],
  retry_webhook_delivery: ["POST", "/webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}/retry"],
  replay_webhook_events: ["POST", "/webhooks/endpoints/{endpoint_id}/replay"],
  get_webhook_replay: ["GET", "/webhooks/endpoints/{endpoint_id}/replays/{replay_id}"],
  list_webhook_event_types: ["GET", "/webhooks/event-types"],
} as const satisfies Readonly<Record<string, readonly [method: string, path: string]>>;

export type WebhookRouteName = keyof typeof webhookRoutes;

/** The operation of a request, and the unchecked ids of its path; empty if the path has none. */
export type WebhookRoute = {
  readonly name: WebhookRouteName;
  readonly endpointId: string;
  readonly deliveryId: string;
  readonly replayId: string;
};

// `Object.keys` returns `string[]`; these are exactly the keys of the object above.
export const webhookRouteNames = Object.keys(webhookRoutes) as WebhookRouteName[];

const matchers = webhookRouteNames.map((name) => {
  const [method, path] = webhookRoutes[name];
  return { name, method, pattern: new RegExp(`^${basePath}${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`) };
});

/** Finds the route of a request. Throws `ActivityError` `not_found` or `method_not_allowed`. */
export function findWebhookRoute(method: string, path: string): WebhookRoute {
  const matching = matchers.filter(({ pattern }) => pattern.test(path));
  if (matching.length === 0) throw new ActivityError("not_found", "Resource not found. Check the path.");
  const matcher = matching.find((candidate) => candidate.method === method);
  if (matcher === undefined) {
    const methods = matching.map((candidate) => candidate.method);
    const allow = methods.flatMap((each) => (each === "GET" ? ["GET", "HEAD"] : each)).join(", ");
    throw new ActivityError("method_not_allowed", `This resource accepts only ${allow}.`, { allow });
  }
  const { endpoint_id = "", delivery_id = "", replay_id = "" } = matcher.pattern.exec(path)?.groups ?? {};
  return { name: matcher.name, endpointId: endpoint_id, deliveryId: delivery_id, replayId: replay_id };
}

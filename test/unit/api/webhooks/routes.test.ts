import { describe, expect, it } from "vitest";
import { findWebhookRoute, webhookRouteNames, webhookRoutes } from "#shared/api/webhooks/routes.ts";
import { catchError } from "#test/support/catch-error.ts";

const base = "/api/public/v1";

it.each(webhookRouteNames)("findWebhookRoute finds %s with the ids as written", (name) => {
  const [method, template] = webhookRoutes[name];
  const path = `${base}${template}`
    .replace("{endpoint_id}", "E 1")
    .replace("{delivery_id}", "D")
    .replace("{replay_id}", "R");
  const has = (id: string, value: string) => (template.includes(id) ? value : "");
  expect(findWebhookRoute(method, path)).toEqual({
    name,
    endpointId: has("{endpoint_id}", "E 1"),
    deliveryId: has("{delivery_id}", "D"),
    replayId: has("{replay_id}", "R"),
  });
});

it.each([
  "/webhooks",
  "/webhooks/",
  "/webhooks/endpoints/",
  "/webhooks/endpoint",
  "/webhooks/endpoints/wh_1/",
  "/webhooks/endpoints/wh_1/rotate_secret",
  "/webhooks/endpoints/wh_1/deliveries/",
  "/webhooks/endpoints/wh_1/deliveries/dlv_1/attempts",
  "/webhooks/endpoints/wh_1/replays",
  "/webhooks/endpoints/a/b/test",
  "/webhooks/event-types/invoice.sent",
  "/webhooks/endpoints\n",
])("findWebhookRoute throws not_found for %j", (path) => {
  expect(catchError(() => findWebhookRoute("GET", `${base}${path}`)).code).toBe("not_found");
});

it("findWebhookRoute requires the whole path, with the base", () => {
  expect(catchError(() => findWebhookRoute("GET", `/x${base}/webhooks/endpoints`)).code).toBe("not_found");
});

describe("findWebhookRoute, another method", () => {
  it.each([
    ["/webhooks/endpoints", "DELETE", "GET, HEAD, POST"],
    ["/webhooks/endpoints/wh_1", "PUT", "GET, HEAD, PATCH, DELETE"],
    ["/webhooks/endpoints/wh_1/test", "GET", "POST"],
    ["/webhooks/endpoints/wh_1/deliveries", "POST", "GET, HEAD"],
    ["/webhooks/event-types", "PATCH", "GET, HEAD"],
  ])("of %s throws method_not_allowed with the allowed methods", (path, method, allow) => {
    const { code, context } = catchError(() => findWebhookRoute(method, `${base}${path}`));
    expect([code, context.allow]).toEqual(["method_not_allowed", allow]);
  });
});

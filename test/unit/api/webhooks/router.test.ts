import { describe, expect, it } from "vitest";
import { createRouter } from "#shared/api/operations/router.ts";
import { webhooksOperations } from "#shared/api/webhooks/operations/webhooks-operations.ts";
import { catchError } from "#test/support/catch-error.ts";

const base = "/api/public/v1";

const findRoute = createRouter(webhooksOperations);

it.each(webhooksOperations)("findRoute finds $operationId with the ids as written", (operation) => {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, "id of $1");
  const ids = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, `id of ${name}`] as const);
  expect(findRoute(operation.method, path)).toEqual({ operation, path: Object.fromEntries(ids) });
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
])("findRoute throws not_found for %j", (path) => {
  expect(catchError(() => findRoute("GET", `${base}${path}`)).code).toBe("not_found");
});

it("findRoute requires the whole path, with the base", () => {
  expect(catchError(() => findRoute("GET", `/x${base}/webhooks/endpoints`)).code).toBe("not_found");
});

describe("findRoute, another method", () => {
  it.each([
    ["/webhooks/endpoints", "DELETE", "GET, HEAD, POST"],
    ["/webhooks/endpoints/wh_1", "PUT", "GET, HEAD, PATCH, DELETE"],
    ["/webhooks/endpoints/wh_1/test", "GET", "POST"],
    ["/webhooks/endpoints/wh_1/deliveries", "POST", "GET, HEAD"],
    ["/webhooks/event-types", "PATCH", "GET, HEAD"],
  ])("of %s throws method_not_allowed with the allowed methods", (path, method, allow) => {
    const { code, context } = catchError(() => findRoute(method, `${base}${path}`));
    expect([code, context.allow]).toEqual(["method_not_allowed", allow]);
  });
});

import { expect, it } from "vitest";
import { missingOperations } from "#test/clients/operations.ts";

it.each([
  ["Python", "    def list_webhook_endpoints(\n        self,\n    def get_user_with_http_info(self)"],
  ["Go", "func (a *WebhooksAPIService) ListWebhookEndpoints(ctx context.Context) Request {"],
  ["Java", "  public Endpoints listWebhookEndpoints(String org) throws ApiException {"],
])("missingOperations names the operations that a client for %s has no method for", (_, source) => {
  expect(missingOperations(["list_webhook_endpoints", "get_user"], source)).toEqual(["get_user"]);
});

import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import { renderSuccess } from "#shared/api/webhooks/render.ts";
import { deleteEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const deleteWebhookEndpoint = defineWebhooksOperation({
  operationId: "delete_webhook_endpoint",
  method: "DELETE",
  path: "/endpoints/{endpoint_id}",
  async handle({ ports, requester, path: { endpoint_id = "" } }) {
    await deleteEndpoint(ports, requester, endpoint_id);
    return jsonResponse(renderSuccess());
  },
});

export const describeDeleteWebhookEndpoint = () =>
  describeWebhooksOperation({
    summary: "Delete a webhook endpoint",
    description: "Nothing more is sent to it, and its deliveries are no longer shown.",
    responses: { 200: { description: "Deleted." } },
    errors: [404, 409],
  });

import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookEndpointWithHealthSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { renderEndpoint, renderHealth, renderSuccess } from "#shared/api/webhooks/render.ts";
import { getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const getWebhookEndpoint = defineWebhooksOperation({
  operationId: "get_webhook_endpoint",
  method: "GET",
  path: "/endpoints/{endpoint_id}",
  async handle({ ports, requester, path: { endpoint_id = "" } }) {
    const endpoint = await getEndpoint(ports, requester.org_id, endpoint_id);
    const health = renderHealth(await ports.health.get(endpoint.endpoint_id), ports.now());
    return jsonResponse(renderSuccess({ endpoint: { ...renderEndpoint(endpoint), health } }));
  },
});

export const describeGetWebhookEndpoint = () => {
  const health = renderHealth(sample.health, new Date(sample.delivery.created_at));
  return describeWebhooksOperation({
    summary: "One webhook endpoint and its health",
    responses: {
      200: {
        description: "The endpoint.",
        content: { endpoint: webhookEndpointWithHealthSchema },
        example: { endpoint: { ...renderEndpoint(sample.endpoint), health } },
      },
    },
    errors: [404],
  });
};

import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookDeliveryWithAttemptsSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { renderAttempt, renderDelivery, renderSuccess } from "#shared/api/webhooks/render.ts";
import { getDelivery } from "#shared/webhooks/deliveries/manage-deliveries.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const getWebhookDelivery = defineWebhooksOperation({
  operationId: "get_webhook_delivery",
  method: "GET",
  path: "/endpoints/{endpoint_id}/deliveries/{delivery_id}",
  async handle({ ports, requester: { org_id }, path: { endpoint_id = "", delivery_id = "" } }) {
    const { delivery, attempts } = await getDelivery(ports, { org_id, endpoint_id, delivery_id });
    return jsonResponse(
      renderSuccess({ delivery: { ...renderDelivery(delivery), attempts: attempts.map(renderAttempt) } }),
    );
  },
});

export const describeGetWebhookDelivery = () =>
  describeWebhooksOperation({
    summary: "One delivery and its attempts",
    responses: {
      200: {
        description: "The delivery.",
        content: { delivery: webhookDeliveryWithAttemptsSchema },
        example: { delivery: { ...renderDelivery(sample.delivery), attempts: [renderAttempt(sample.attempt)] } },
      },
    },
    errors: [404],
  });

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
    const { delivery, attempts, payload } = await getDelivery(ports, { org_id, endpoint_id, delivery_id });
    const rendered = { ...renderDelivery(delivery), attempts: attempts.map(renderAttempt) };
    const content = payload === null ? {} : { payload: JSON.parse(payload) };
    return jsonResponse(renderSuccess({ delivery: { ...rendered, ...content } }));
  },
});

export const describeGetWebhookDelivery = () =>
  describeWebhooksOperation({
    summary: "One delivery, its attempts and its payload",
    description: "`payload` is the body that is sent; without it, the log has no valid event for the delivery.",
    responses: {
      200: {
        description: "The delivery.",
        content: { delivery: webhookDeliveryWithAttemptsSchema },
        example: {
          delivery: {
            ...renderDelivery(sample.delivery),
            attempts: [renderAttempt(sample.attempt)],
            payload: sample.payload(),
          },
        },
      },
    },
    errors: [404],
  });

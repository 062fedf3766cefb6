import * as z from "zod/mini";
import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookDeliverySchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { renderDelivery, renderReplay, renderSuccess } from "#shared/api/webhooks/render.ts";
import { retryDelivery } from "#shared/webhooks/deliveries/manage-deliveries.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

const bodySchema = z.strictObject({});

export const retryWebhookDelivery = defineWebhooksOperation({
  operationId: "retry_webhook_delivery",
  method: "POST",
  path: "/endpoints/{endpoint_id}/deliveries/{delivery_id}/retry",
  async handle({ ports, request, requester: { org_id }, path: { endpoint_id = "", delivery_id = "" } }) {
    assertEmptyBody(request.body());
    const delivery = await retryDelivery(ports, { org_id, endpoint_id, delivery_id });
    return jsonResponse(renderSuccess({ delivery: renderDelivery(delivery) }), 202);
  },
});

/** Throws like `parseBody`. */
export function assertEmptyBody(body: unknown): void {
  parseBody(bodySchema, body);
}

export const describeRetryWebhookDelivery = () => {
  const { since: next_attempt_at } = renderReplay(sample.replay);
  return describeWebhooksOperation({
    summary: "Retry a delivery now",
    description: "Keeps its id, and starts the retry schedule again.",
    body: { schema: bodySchema, example: {} },
    responses: {
      202: {
        description: "Accepted.",
        content: { delivery: webhookDeliverySchema },
        example: { delivery: { ...renderDelivery(sample.delivery), status: "pending", next_attempt_at } },
      },
    },
    errors: [404, 409],
  });
};

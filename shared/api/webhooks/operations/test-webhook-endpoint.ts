import * as z from "zod/mini";
import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookTestSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { renderSuccess } from "#shared/api/webhooks/render.ts";
import { sendTest } from "#shared/webhooks/deliveries/manage-deliveries.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

const defaultEventType = "invoice.sent";

const bodySchema = z.strictObject({
  event_type: z.optional(z.string()).register(z.globalRegistry, { default: defaultEventType }),
});

export const testWebhookEndpoint = defineWebhooksOperation({
  operationId: "test_webhook_endpoint",
  method: "POST",
  path: "/endpoints/{endpoint_id}/test",
  async handle({ ports, requester, request, path: { endpoint_id = "" } }) {
    const delivery = await sendTest(ports, requester.org_id, endpoint_id, parseTestEventType(request.body()));
    return jsonResponse(renderSuccess({ delivery }), 202);
  },
});

/** Returns the event type of a test delivery. Throws like `parseBody`. */
export function parseTestEventType(body: unknown): string {
  return parseBody(bodySchema, body).event_type ?? defaultEventType;
}

export const describeTestWebhookEndpoint = () => {
  const { delivery_id, event_type } = sample.delivery;
  return describeWebhooksOperation({
    summary: "Send a sample event to a webhook endpoint",
    description: "Signed as every delivery, and attempted once. Disabled endpoints can be tested as well.",
    body: { schema: bodySchema, example: { event_type } },
    responses: {
      202: {
        description: "Accepted.",
        content: { delivery: webhookTestSchema },
        example: { delivery: { delivery_id, event_type, status: "pending" } },
      },
    },
    errors: [404],
  });
};

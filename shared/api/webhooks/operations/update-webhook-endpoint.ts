import { jsonResponse } from "#shared/api/http/response.ts";
import { toEndpointPatch, updateEndpointSchema } from "#shared/api/webhooks/endpoint-settings.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookEndpointSchema, webhookMissedSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { renderEndpoint, renderMissedRange, renderSuccess } from "#shared/api/webhooks/render.ts";
import { type EndpointPatch, updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const updateWebhookEndpoint = defineWebhooksOperation({
  operationId: "update_webhook_endpoint",
  method: "PATCH",
  path: "/endpoints/{endpoint_id}",
  async handle({ ports, requester, request, path: { endpoint_id = "" } }) {
    const patch = parseEndpointPatch(request.body());
    const { endpoint, missed } = await updateEndpoint(ports, requester, endpoint_id, patch);
    const content = missed === null ? {} : { missed: renderMissedRange(missed) };
    return jsonResponse(renderSuccess({ endpoint: renderEndpoint(endpoint), ...content }));
  },
});

/** Throws like `parseBody`. */
export function parseEndpointPatch(body: unknown): EndpointPatch {
  return toEndpointPatch(parseBody(updateEndpointSchema, body));
}

export const describeUpdateWebhookEndpoint = () =>
  describeWebhooksOperation({
    summary: "Change, disable or enable a webhook endpoint",
    description:
      "Omitted fields stay. If it is enabled again, `missed` is the body of a replay that sends what it missed.",
    body: { schema: updateEndpointSchema, example: { enabled: true } },
    responses: {
      200: {
        description: "The endpoint as it is now.",
        content: { endpoint: webhookEndpointSchema, missed: webhookMissedSchema },
        optional: ["missed"],
        example: { endpoint: renderEndpoint(sample.endpoint), missed: renderMissedRange(sample.replay) },
      },
    },
    errors: [404, 409],
  });

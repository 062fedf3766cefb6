import { jsonResponse } from "#shared/api/http/response.ts";
import {
  createEndpointSchema,
  endpointSettingExamples,
  toEndpointSettings,
} from "#shared/api/webhooks/endpoint-settings.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookEndpointWithSecretSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { parseBody } from "#shared/api/webhooks/parse-body.ts";
import { renderEndpoint, renderSuccess } from "#shared/api/webhooks/render.ts";
import { createEndpoint, type EndpointSettings } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const createWebhookEndpoint = defineWebhooksOperation({
  operationId: "create_webhook_endpoint",
  method: "POST",
  path: "/endpoints",
  async handle({ ports, requester, request, auditFields }) {
    const { endpoint, secret } = await createEndpoint(ports, requester, parseEndpointSettings(request.body()));
    auditFields.endpoint_id = endpoint.endpoint_id;
    return jsonResponse(renderSuccess({ endpoint: renderEndpoint(endpoint, secret) }), 201);
  },
});

/** Throws like `parseBody`. */
export function parseEndpointSettings(body: unknown): EndpointSettings {
  return toEndpointSettings(parseBody(createEndpointSchema, body));
}

export const describeCreateWebhookEndpoint = () =>
  describeWebhooksOperation({
    summary: "Create a webhook endpoint",
    description: "It is sent the events from now on. Only this response contains the secret that signs them.",
    body: { schema: createEndpointSchema, example: endpointSettingExamples().body },
    responses: {
      201: {
        description: "Created.",
        content: { endpoint: webhookEndpointWithSecretSchema },
        example: { endpoint: renderEndpoint(sample.endpoint, sample.secret) },
      },
    },
    errors: [409],
  });

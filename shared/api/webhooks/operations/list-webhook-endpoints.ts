import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookEndpointsSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { renderEndpoint, renderSuccess } from "#shared/api/webhooks/render.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const listWebhookEndpoints = defineWebhooksOperation({
  operationId: "list_webhook_endpoints",
  method: "GET",
  path: "/endpoints",
  async handle({ ports, requester, auditFields }) {
    const endpoints = await ports.endpoints.list(requester.org_id);
    auditFields.count = endpoints.length;
    return jsonResponse(renderSuccess({ endpoints: endpoints.map((endpoint) => renderEndpoint(endpoint)) }));
  },
});

export const describeListWebhookEndpoints = () =>
  describeWebhooksOperation({
    summary: "The webhook endpoints of an organisation, oldest first",
    responses: {
      200: {
        description: "All of them.",
        content: { endpoints: webhookEndpointsSchema },
        example: { endpoints: [renderEndpoint(sample.endpoint)] },
      },
    },
  });

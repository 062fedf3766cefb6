import { jsonResponse } from "#shared/api/http/response.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookEndpointsSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { includeHealth } from "#shared/api/webhooks/parameters.ts";
import { renderEndpoint, renderHealth, renderSuccess } from "#shared/api/webhooks/render.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import { defineWebhooksOperation, type WebhooksCall } from "./webhooks-call.ts";

export const listWebhookEndpoints = defineWebhooksOperation({
  operationId: "list_webhook_endpoints",
  method: "GET",
  path: "/endpoints",
  parameters: [includeHealth],
  async handle(call) {
    const { ports, requester, request, auditFields } = call;
    const { include } = parseValues(request.query, [includeHealth]);
    const endpoints = await ports.endpoints.list(requester.org_id);
    auditFields.count = endpoints.length;
    if (!include) return jsonResponse(renderSuccess({ endpoints: endpoints.map((each) => renderEndpoint(each)) }));
    const healthOf = await readHealth(call, endpoints);
    const rendered = endpoints.map((each) => ({ ...renderEndpoint(each), health: healthOf(each) }));
    return jsonResponse(renderSuccess({ endpoints: rendered }));
  },
});

type Identified = { readonly endpoint_id: string };

/** Returns a function that renders the health of each of the endpoints. */
async function readHealth({ ports }: WebhooksCall, endpoints: readonly Identified[]) {
  const healths = await ports.health.list(endpoints.map(({ endpoint_id }) => endpoint_id));
  return ({ endpoint_id }: Identified) => renderHealth(healths.get(endpoint_id) ?? initialHealth, ports.now());
}

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

import { formatFilters } from "#shared/api/http/format-filters.ts";
import { jsonResponse, toNextLinkHeader } from "#shared/api/http/response.ts";
import { parseValues, queryNames } from "#shared/api/operations/parse-parameters.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import * as sample from "#shared/api/webhooks/openapi/examples.ts";
import { webhookDeliveriesPageSchema, webhookDeliveriesSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { deliveryParameters } from "#shared/api/webhooks/parameters.ts";
import { renderDelivery, renderSuccess } from "#shared/api/webhooks/render.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import type { DeliveryQuery } from "#shared/webhooks/deliveries/delivery.ts";
import { listDeliveries } from "#shared/webhooks/deliveries/manage-deliveries.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import { defineWebhooksOperation, type WebhooksOperation } from "./webhooks-call.ts";

export const listWebhookDeliveries: WebhooksOperation = defineWebhooksOperation({
  operationId: "list_webhook_deliveries",
  method: "GET",
  path: "/endpoints/{endpoint_id}/deliveries",
  parameters: deliveryParameters,
  async handle({ ports, requester, request, path: { endpoint_id = "" }, auditFields }) {
    const query = parseDeliveryQuery(endpoint_id, request.query);
    const { status, event_type, since, until, limit } = query;
    auditFields.filters = formatFilters(Object.entries({ status, event_type, since, until, limit }));
    const { deliveries, next } = await listDeliveries(ports, requester.org_id, query);
    auditFields.count = deliveries.length;
    const page_context = { limit, returned: deliveries.length, has_more_page: next !== null };
    const body = renderSuccess({ deliveries: deliveries.map(renderDelivery), page_context });
    if (next === null) return jsonResponse(body);
    const names = queryNames(listWebhookDeliveries.parameters);
    return jsonResponse(body, 200, toNextLinkHeader(request, request.path, names, next));
  },
});

/** Parses the parameters of a list. Throws `ActivityError` `invalid_value` with the parameter's name. */
export function parseDeliveryQuery(endpoint_id: string, query: URLSearchParams): DeliveryQuery {
  const { status, event_type, since, until, limit, cursor } = parseValues(query, deliveryParameters);
  return { endpoint_id, status, event_type, ...parseTimeRange({ since, until }), limit, after: cursor };
}

export const describeListWebhookDeliveries = () =>
  describeWebhooksOperation({
    summary: "The deliveries to a webhook endpoint, newest first",
    description: `Kept for ${deliveryRetentionDays} days. Deliveries must match all filters. A range applies to the time at which the log recorded the event.`,
    responses: {
      200: {
        description: "A page of deliveries.",
        headers: ["Link"],
        content: { deliveries: webhookDeliveriesSchema, page_context: webhookDeliveriesPageSchema },
        example: {
          deliveries: [renderDelivery(sample.delivery)],
          page_context: { limit: 50, returned: 1, has_more_page: false },
        },
      },
    },
    errors: [404],
  });

import { jsonResponse } from "#shared/api/http/response.ts";
import { describeWebhooksOperation } from "#shared/api/webhooks/openapi/describe-webhooks-operation.ts";
import { webhookEventTypesSchema } from "#shared/api/webhooks/openapi/schemas.ts";
import { defineWebhooksOperation } from "./webhooks-call.ts";

export const listWebhookEventTypes = defineWebhooksOperation({
  operationId: "list_webhook_event_types",
  method: "GET",
  path: "/event-types",
  async handle({ requester, request }) {
    // Imported on first use: samples need the validation of events, which would slow every cold start.
    const { renderEventTypes } = await import("#shared/api/webhooks/event-types.ts");
    return jsonResponse(renderEventTypes(requester.org_id, request.origin));
  },
});

export const describeListWebhookEventTypes = () =>
  describeWebhooksOperation({
    summary: "The event types, each with a sample and its JSON Schema",
    description: "The vocabulary is open: a filter with `*` can match events of other types.",
    responses: {
      200: {
        description: "The catalogue.",
        content: { event_types: webhookEventTypesSchema },
        example: { event_types: [] },
      },
    },
  });

import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { delivery, secret } from "./examples.ts";
import { webhookPayloadSchema } from "./schemas.ts";

const { org_id, delivery_id: deliveryId, event_type: eventType, created_at } = delivery;
const body = renderPayload(sampleEvent(eventType, org_id, "2026-05-11T08:30:12.000Z"), delivery);
const signed = signedHeaders({ deliveryId, eventType, body, secrets: [secret], now: new Date(created_at) });

const headers: Readonly<Record<string, string>> = {
  "webhook-id": "The id of the delivery, the same for all its attempts.",
  "webhook-timestamp": "When this attempt was signed, in Unix seconds. Reject requests older than five minutes.",
  "webhook-signature":
    "`v1,` and the HMAC-SHA256 of `{id}.{timestamp}.{body}` in base64 (Standard Webhooks). The key is the decoded " +
    "base64 after `whsec_`. During a rotation there are several, separated by spaces.",
  "X-AIBooks-Event": "The event type.",
  "X-AIBooks-Delivery": "The same as `webhook-id`.",
  "X-AIBooks-Timestamp": "The same as `webhook-timestamp`.",
  "X-AIBooks-Signature":
    "`t={timestamp},v1=` and the HMAC-SHA256 of `{timestamp}.{body}` in hexadecimal. The key is the whole secret as " +
    "it was shown. During a rotation there are several `v1=`.",
};

/** Describes the requests to endpoints, for the `webhooks` of the OpenAPI description. */
export function renderWebhookRequests() {
  const parameters = Object.entries(headers).map(([name, description]) => {
    const example = signed[name.toLowerCase()];
    return { name, in: "header", required: true, description, schema: { type: "string" }, example };
  });
  const content = {
    "application/json": {
      schema: webhookPayloadSchema,
      examples: { [eventType]: { value: JSON.parse(body) } },
    },
  };
  const post = {
    operationId: "receive_webhook",
    summary: "An event, sent to a webhook endpoint",
    description:
      "Verify one of the two signatures over the received bytes, then respond within 15 seconds. An event can arrive " +
      "more than once, always with the same id, and in any order. Failed deliveries are retried for three days. " +
      "The headers of the endpoint are sent as well. With `webhook-delivery: disable` in the response, whatever its status, the " +
      "endpoint is disabled; with `abort-message` a failed delivery is not retried.",
    // openapi-generator writes one file a tag for `paths` and one for `webhooks`: a shared tag loses the first.
    tags: ["receiving"],
    security: [],
    parameters,
    requestBody: { required: true, content },
    responses: {
      "2XX": { description: "Accepted. The body is ignored." },
      "410": { description: "Gone: the endpoint is disabled immediately." },
      "429": {
        description:
          "Too many requests: sending slows down, and `Retry-After` is honoured. The same applies to 502 and 504.",
      },
      default: { description: "Failed: retried later. Redirects are not followed, and count as failures." },
    },
  };
  return { event: { post } };
}

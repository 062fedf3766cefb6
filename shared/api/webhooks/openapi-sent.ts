import { payloadOf } from "#shared/webhooks/deliveries/payload.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { delivery, secret } from "./openapi-examples.ts";

const { org_id, delivery_id: deliveryId, event_type: eventType, created_at } = delivery;
const body = payloadOf(sampleEvent(eventType, org_id, "2026-05-11T08:30:12.000Z"), deliveryId);
const signed = signedHeaders({ deliveryId, eventType, body, secrets: [secret], now: new Date(created_at) });

const headers: Readonly<Record<string, string>> = {
  "webhook-id": "The delivery: the same over all attempts at it.",
  "webhook-timestamp": "When this attempt was signed, in Unix seconds. Refuse what is older than five minutes.",
  "webhook-signature":
    "`v1,` and the HMAC-SHA256 of `{id}.{timestamp}.{body}` in base64, as Standard Webhooks has it. The key is what " +
    "the base64 after `whsec_` stands for. Several, with blanks between them, while secrets are rotated.",
  "X-AIBooks-Event": "The event type.",
  "X-AIBooks-Delivery": "The same as `webhook-id`.",
  "X-AIBooks-Timestamp": "The same as `webhook-timestamp`.",
  "X-AIBooks-Signature":
    "`t={timestamp},v1=` and the HMAC-SHA256 of `{timestamp}.{body}` in hexadecimal. The key is the whole secret as " +
    "it was shown. Several `v1=` while secrets are rotated.",
};

/** What endpoints are sent, for the `webhooks` of the document. */
export function webhooksSent() {
  const parameters = Object.entries(headers).map(([name, description]) => {
    const example = signed[name.toLowerCase()];
    return { name, in: "header", required: true, description, schema: { type: "string" }, example };
  });
  const content = {
    "application/json": {
      schema: { $ref: "#/components/schemas/WebhookPayload" },
      examples: { [eventType]: { value: JSON.parse(body) } },
    },
  };
  const post = {
    operationId: "receive_webhook",
    summary: "An event, sent to a webhook endpoint",
    description:
      "Verify one of the two signatures over the bytes as they came, then answer within 15 seconds. An event can " +
      "come more than once, always under the same id, and in any order. What fails is tried again for three days. " +
      "The headers of the endpoint come, too. With `webhook-delivery: disable` in the response, whatever its status, the " +
      "endpoint is disabled; with `abort-message` a delivery that failed is not tried again.",
    // openapi-generator writes one file a tag for `paths` and one for `webhooks`: a shared tag loses the first.
    tags: ["receiving"],
    security: [],
    parameters,
    requestBody: { required: true, content },
    responses: {
      "2XX": { description: "Taken. The body does not matter." },
      "410": { description: "Gone: the endpoint is disabled at once." },
      "429": { description: "Too much: less is sent for a while, and `Retry-After` is honoured. So are 502 and 504." },
      default: { description: "Not taken: tried again later. Redirects are not followed, and count as this." },
    },
  };
  return { event: { post } };
}

import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { type AttributeMap, expiresAfter } from "#shared/platform/dynamodb/attributes.ts";
import { attemptKey } from "#shared/platform/dynamodb/keys.ts";
import { jsonText, knownOrUnrecognised, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import type { Delivery, DeliveryAttempt, StoredDeliveryAttempt } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import type { SendError } from "#shared/webhooks/sending/send-result.ts";

const sendError = z.enum({
  url_refused: "url_refused",
  address_refused: "address_refused",
  dns: "dns",
  connect: "connect",
  connect_timeout: "connect_timeout",
  tls: "tls",
  timeout: "timeout",
  reset: "reset",
  protocol: "protocol",
} satisfies { [error in SendError]: error });

const storedAttemptSchema = z.object({
  number: z.number(),
  at: z.string(),
  status: z.nullable(z.number()),
  error: z.nullable(knownOrUnrecognised(sendError)),
  message: z.nullable(z.string()),
  duration_ms: z.number(),
  headers: jsonText(z.record(z.string(), z.string())),
  body: z.string(),
  body_truncated: z.boolean(),
});

/** Returns an attempt as an item. Its headers are JSON text, which keeps their order. */
export function toAttemptItem(
  { endpoint_id, delivery_id }: Pick<Delivery, "endpoint_id" | "delivery_id">,
  attempt: DeliveryAttempt,
): AttributeMap {
  return marshall({
    ...attemptKey(endpoint_id, delivery_id, attempt.number),
    ...attempt,
    headers: JSON.stringify(attempt.headers),
    ...expiresAfter(Date.parse(attempt.at), deliveryRetentionDays),
  });
}

/** Parses an attempt. Throws, naming the key, if the item is damaged. */
export function fromAttemptItem(item: AttributeMap): StoredDeliveryAttempt {
  return parseItem(storedAttemptSchema, item);
}

import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { expiresAfter } from "#shared/platform/dynamodb/expiry.ts";
import { attemptKey } from "#shared/platform/dynamodb/keys.ts";
import { jsonOf, knownOrLater, readItem } from "#shared/platform/dynamodb/stored-item.ts";
import type { Attempt, SendError, StoredAttempt } from "#shared/webhooks/deliveries/attempt.ts";
import { type Delivery, keptForDays } from "#shared/webhooks/deliveries/delivery.ts";

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

const stored = z.object({
  number: z.number(),
  at: z.string(),
  status: z.nullable(z.number()),
  error: z.nullable(knownOrLater(sendError)),
  message: z.nullable(z.string()),
  duration_ms: z.number(),
  headers: jsonOf(z.record(z.string(), z.string())),
  body: z.string(),
  body_truncated: z.boolean(),
});

/** An attempt as an item. Its headers are JSON text, so that they stay in order. */
export function toAttemptItem(
  { endpoint_id, delivery_id }: Pick<Delivery, "endpoint_id" | "delivery_id">,
  attempt: Attempt,
): Record<string, AttributeValue> {
  return marshall({
    ...attemptKey(endpoint_id, delivery_id, attempt.number),
    ...attempt,
    headers: JSON.stringify(attempt.headers),
    ...expiresAfter(Date.parse(attempt.at), keptForDays),
  });
}

/** The attempt of an item. Throws, naming the item's key, where the item is damaged. */
export function fromAttemptItem(item: Record<string, AttributeValue>): StoredAttempt {
  return readItem(stored, item);
}

import { randomUUID } from "node:crypto";
import type { Attempt } from "#shared/webhooks/deliveries/attempt.ts";
import {
  type Claim,
  type Delivery,
  type DeliveryMessage,
  type DeliveryQuery,
  deliveryIdAt,
} from "#shared/webhooks/deliveries/delivery.ts";
import { aDeliveryMessage, anExchange, testNow } from "./builders.ts";

/** So many seconds after the moment at which tests happen. */
export function secondsLater(seconds: number): Date {
  return new Date(testNow.getTime() + seconds * 1000);
}

export function anEndpointId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

/** The first attempt of a delivery of its own. */
export function aFreshMessage(over: Partial<DeliveryMessage> = {}): DeliveryMessage {
  const delivery_id = deliveryIdAt("2026-06-01T11:00:00.000Z", randomUUID());
  return aDeliveryMessage({ endpoint_id: anEndpointId(), delivery_id, ...over });
}

export function anAttempt(number: number, over: Partial<Attempt> = {}): Attempt {
  const headers = { "content-type": "text/plain", "x-b": "1", "x-a": "\u00e9" };
  return { ...anExchange({ headers, body: "no\uFFFD" }), number, at: secondsLater(1).toISOString(), ...over };
}

export function aDeliveryQuery(endpoint_id: string, over: Partial<DeliveryQuery> = {}): DeliveryQuery {
  const anything = { status: null, event_type: null, since: null, until: null };
  return { endpoint_id, ...anything, limit: 10, after: null, ...over };
}

/** The delivery of a claim that was granted. Fails where it was not. */
export function taken(claim: Claim): Delivery {
  if (claim.kind !== "claimed") throw new Error(`The claim is ${claim.kind}.`);
  return claim.delivery;
}

/** A delivery after an attempt, as it is recorded. */
export function tried(delivery: Delivery, status: Delivery["status"], over: Partial<Delivery> = {}): Delivery {
  return {
    ...delivery,
    status,
    step: delivery.step + 1,
    reason: status === "failed" ? "exhausted" : null,
    last_attempt_at: secondsLater(1).toISOString(),
    last_status: status === "succeeded" ? 200 : 500,
    next_attempt_at: status === "pending" ? secondsLater(300).toISOString() : null,
    ...over,
  };
}

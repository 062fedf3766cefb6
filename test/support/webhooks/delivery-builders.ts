import { randomUUID } from "node:crypto";
import {
  type ClaimResult,
  type Delivery,
  type DeliveryAttempt,
  type DeliveryMessage,
  type DeliveryQuery,
  deliveryIdAt,
} from "#shared/webhooks/deliveries/delivery.ts";
import type { SendOutcome } from "#shared/webhooks/limits/circuit-breaker.ts";
import { aDeliveryMessage, aSendResult, testNow } from "#test/support/builders.ts";

/** Returns the time `seconds` after `testNow`. */
export function secondsLater(seconds: number): Date {
  return new Date(testNow.getTime() + seconds * 1000);
}

/** Creates a new endpoint id. */
export function anEndpointId(): string {
  return `wh_${randomUUID().replaceAll("-", "")}`;
}

/** Creates the message of the first attempt of a new delivery. */
export function aFreshMessage(over: Partial<DeliveryMessage> = {}): DeliveryMessage {
  const delivery_id = deliveryIdAt("2026-06-01T11:00:00.000Z", randomUUID());
  return aDeliveryMessage({ endpoint_id: anEndpointId(), delivery_id, ...over });
}

/** Creates a stored attempt whose response has unusual characters. */
export function aDeliveryAttempt(number: number, over: Partial<DeliveryAttempt> = {}): DeliveryAttempt {
  const headers = { "content-type": "text/plain", "x-b": "1", "x-a": "\u00e9" };
  return { ...aSendResult({ headers, body: "no\uFFFD" }), number, at: secondsLater(1).toISOString(), ...over };
}

/** Creates a query of all deliveries of an endpoint, ten a page. */
export function aDeliveryQuery(endpoint_id: string, over: Partial<DeliveryQuery> = {}): DeliveryQuery {
  const noFilter = { status: null, event_type: null, since: null, until: null };
  return { endpoint_id, ...noFilter, limit: 10, after: null, ...over };
}

/** Returns the delivery of a granted claim. Throws if it was refused. */
export function claimedDelivery(claim: ClaimResult): Delivery {
  if (claim.kind !== "claimed") throw new Error(`The claim is ${claim.kind}.`);
  return claim.delivery;
}

/** Returns a delivery as it is recorded after an attempt. */
export function afterAttempt(delivery: Delivery, status: Delivery["status"], over: Partial<Delivery> = {}): Delivery {
  return {
    ...delivery,
    status,
    step: delivery.step + 1,
    reason: status === "failed" ? "exhausted" : null,
    last_attempt_at: secondsLater(1).toISOString(),
    last_status: status === "succeeded" ? 200 : 500,
    last_duration_ms: 50,
    next_attempt_at: status === "pending" ? secondsLater(300).toISOString() : null,
    ...over,
  };
}

/** Creates the outcome of a fast, successful request. */
export function aSendOutcome(over: Partial<SendOutcome> = {}): SendOutcome {
  return {
    at: testNow.getTime(),
    succeeded: true,
    isFailedTest: false,
    overloaded: false,
    retryAfterMs: null,
    duration_ms: 50,
    ...over,
  };
}

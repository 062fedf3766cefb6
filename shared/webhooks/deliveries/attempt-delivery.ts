import type { ActivityEvent } from "#shared/events/event.ts";
import type { SendOutcome } from "#shared/webhooks/limits/circuit-breaker.ts";
import { redactHeaderValues } from "#shared/webhooks/sending/redact.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { getDeliveredEvent } from "./delivered-event.ts";
import type { Delivery, DeliveryMessage, FailureReason } from "./delivery.ts";
import type { DeliveryOutcome, DeliveryPorts } from "./delivery-ports.ts";
import type { DeliveryTarget } from "./delivery-target.ts";
import { renderPayload } from "./payload.ts";
import { claimSeconds, recordUnsent, rescheduleAfterClaim, schedule, toFailed } from "./reschedule.ts";
import { classifyResponse, nextAttemptAt, type ResponseClass } from "./retry-policy.ts";

/** The result of a message, and of the request for the health of the endpoint; `null` if none was sent. */
export type AttemptReport = {
  readonly outcome: DeliveryOutcome;
  readonly sent: (SendOutcome & { readonly gone: boolean }) | null;
};

/**
 * Makes one attempt of a delivery: claims, signs, sends and records it. After a crash, the message is received again and
 * makes the attempt under the same id. Throws if the attempt cannot be made or recorded: the message must be retried.
 */
export async function attemptDelivery(
  ports: DeliveryPorts,
  target: DeliveryTarget,
  message: DeliveryMessage,
): Promise<AttemptReport> {
  const [claim, event] = await Promise.all([
    ports.deliveries.claim(message, ports.now(), claimSeconds),
    getDeliveredEvent(ports.events, message),
  ]);
  if (claim.kind === "settled") return { outcome: "dropped", sent: null };
  if (claim.kind === "busy") return { outcome: await rescheduleAfterClaim(ports, message, claim.until), sent: null };
  if (event === null) return { outcome: await recordUnsent(ports, claim.delivery, "event_unreadable"), sent: null };
  const startedAt = ports.now();
  const result = await signAndSend(ports, target, claim.delivery, event, startedAt);
  const classified = classifyResponse(result, ports.now());
  const attempted = {
    ...claim.delivery,
    last_attempt_at: startedAt.toISOString(),
    last_status: result.status,
    last_error: result.error,
    last_duration_ms: result.duration_ms,
    step: message.step + 1,
  };
  const next = await nextState(ports, message, attempted, classified);
  await ports.deliveries.record(next, { ...result, number: attempted.attempts, at: startedAt.toISOString() });
  return {
    outcome: outcomeOf(next),
    sent: { ...healthEffect(classified, message), at: ports.now().getTime(), duration_ms: result.duration_ms },
  };
}

/** Sends the signed event. The values of the owner's headers are redacted from the result. */
async function signAndSend(
  { send }: DeliveryPorts,
  target: DeliveryTarget,
  delivery: Delivery,
  event: ActivityEvent,
  now: Date,
): Promise<SendResult> {
  const { delivery_id: deliveryId, event_type: eventType } = delivery;
  const body = renderPayload(event, delivery);
  const signed = signedHeaders({ deliveryId, eventType, body, secrets: target.secrets, now });
  const result = await send(target.url, { ...target.headers, ...signed }, body);
  return redactHeaderValues(result, target.headers);
}

/**
 * Returns the delivery after an attempt. Schedules the next attempt before this one is recorded: a crash in between
 * leaves one message too many, which is dropped, rather than one too few.
 */
async function nextState(
  ports: DeliveryPorts,
  message: DeliveryMessage,
  attempted: Delivery,
  classified: ResponseClass,
): Promise<Delivery> {
  if (classified.kind === "succeeded") {
    return { ...attempted, status: "succeeded", reason: null, next_attempt_at: null };
  }
  const reason = finalReason(message, classified);
  if (reason !== null) return toFailed(attempted, reason);
  const { started_at, step } = message;
  const { retryAfterMs } = classified;
  const now = ports.now();
  const at = nextAttemptAt({ attempts: step + 1, started_at, retryAfterMs, now, random: ports.random() });
  if (at === null) return toFailed(attempted, "exhausted");
  await schedule(ports, { ...message, step: step + 1, parked: 0, urgent: false }, at);
  return { ...attempted, status: "pending", next_attempt_at: at.toISOString() };
}

/** Returns why a failed delivery must not be retried; `null` if it may be. */
function finalReason(
  { event }: DeliveryMessage,
  { gone, aborted }: ResponseClass & { kind: "failed" },
): FailureReason | null {
  if (gone) return "endpoint_gone";
  if (aborted) return "aborted_by_receiver";
  return event === null ? "test_failed" : null;
}

function outcomeOf({ status }: Delivery): DeliveryOutcome {
  if (status === "succeeded") return "succeeded";
  return status === "failed" ? "given_up" : "failed";
}

/** A failed test is reported to the caller only: its failure and its wishes do not count for the endpoint. */
function healthEffect(classified: ResponseClass, { event }: DeliveryMessage) {
  const none = { overloaded: false, retryAfterMs: null, gone: false };
  const isTest = event === null;
  if (classified.kind === "succeeded") {
    return { succeeded: true, isFailedTest: false, ...none, gone: classified.gone && !isTest };
  }
  if (isTest) return { succeeded: false, isFailedTest: true, ...none };
  const { overloaded, retryAfterMs, gone } = classified;
  return { succeeded: false, isFailedTest: false, overloaded, retryAfterMs, gone };
}

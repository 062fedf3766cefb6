import { DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { StaticHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { eventTypeOf } from "#shared/webhooks/event-types/event-type.ts";
import type { SendOutcome } from "#shared/webhooks/limits/circuit-breaker.ts";
import { withoutHeaderValues } from "#shared/webhooks/sending/redact.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import type { Exchange } from "./attempt.ts";
import { type Delivery, type DeliveryMessage, deliveryTime, type FailureReason } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-ports.ts";
import { payloadOf } from "./payload.ts";
import { ended, holdSeconds, putOff, recordUnsent } from "./reschedule.ts";
import { judge, nextAttemptAt, type Verdict } from "./retry-policy.ts";
import { schedule } from "./schedule.ts";

/** Where a delivery goes, the secrets that sign it, newest first, and the headers that its owner adds. */
export type Target = {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly headers: StaticHeaders;
};

/** What a message came to, and what its send says about the endpoint; `null` where nothing was sent. */
export type Step = { readonly outcome: Outcome; readonly sent: (SendOutcome & { readonly gone: boolean }) | null };

/**
 * Makes one attempt of a delivery: takes it, signs, sends, records. A crash anywhere in it leaves a message that makes
 * the attempt again, under the same id. Throws where the attempt cannot be made or recorded; the message must then come
 * again.
 */
export async function attempt(world: DeliveryWorld, target: Target, message: DeliveryMessage): Promise<Step> {
  const [claim, event] = await Promise.all([
    world.deliveries.claim(message, world.now(), holdSeconds),
    eventOf(world, message),
  ]);
  if (claim.kind === "settled") return { outcome: "dropped", sent: null };
  if (claim.kind === "busy") return { outcome: await putOff(world, message, claim.until), sent: null };
  if (event === null) return { outcome: await recordUnsent(world, claim.delivery, "event_unreadable"), sent: null };
  const started = world.now();
  const body = payloadOf(event, message.delivery_id, message.event === null);
  const { delivery_id: deliveryId, event_type: eventType } = message;
  const signed = signedHeaders({ deliveryId, eventType, body, secrets: target.secrets, now: started });
  const response = await world.send(target.url, { ...target.headers, ...signed }, body);
  const exchange = withoutHeaderValues(response, target.headers);
  const verdict = judge(exchange, world.now());
  const tried = { ...claim.delivery, ...facts(exchange, started), step: message.step + 1 };
  const next = await nextState(world, message, tried, verdict);
  await world.deliveries.record(next, { ...exchange, number: tried.attempts, at: started.toISOString() });
  return {
    outcome: outcomeOf(next),
    sent: { ...learned(verdict, message), at: world.now().getTime(), duration_ms: exchange.duration_ms },
  };
}

/**
 * The event of a delivery; `null` where the log has it no longer, or has something else in its place: a delivery was
 * begun for an event of this type, so no further attempt would find one.
 */
async function eventOf(
  { events }: DeliveryWorld,
  { org_id, event, event_type, delivery_id }: DeliveryMessage,
): Promise<ActivityEvent | null> {
  if (event === null) {
    // Loaded for tests only: what checks events would take its time at every cold start.
    const { sampleEvent } = await import("#shared/webhooks/event-types/samples.ts");
    return sampleEvent(event_type, org_id, deliveryTime(delivery_id));
  }
  try {
    const found = await events.get(org_id, event);
    return found !== null && eventTypeOf(found) === event_type ? found : null;
  } catch (error) {
    if (error instanceof DamagedItemError) return null;
    throw error;
  }
}

function facts({ status, error }: Exchange, started: Date) {
  return { last_attempt_at: started.toISOString(), last_status: status, last_error: error };
}

/**
 * The delivery after an attempt. A further attempt is scheduled before this one is recorded: a crash between the two
 * leaves a message too many, which is dropped, rather than none.
 */
async function nextState(
  world: DeliveryWorld,
  message: DeliveryMessage,
  tried: Delivery,
  verdict: Verdict,
): Promise<Delivery> {
  if (verdict.kind === "succeeded") return { ...tried, status: "succeeded", reason: null, next_attempt_at: null };
  const final = finalReason(message, verdict);
  if (final !== null) return ended(tried, final);
  const { started_at, step } = message;
  const [now, random, retryAfterMs] = [world.now(), world.random(), verdict.retryAfterMs];
  const at = nextAttemptAt({ attempts: step + 1, started_at, retryAfterMs, now, random });
  if (at === null) return ended(tried, "exhausted");
  await schedule(world, { ...message, step: step + 1, parked: 0, urgent: false }, at);
  return { ...tried, status: "pending", next_attempt_at: at.toISOString() };
}

function finalReason(
  { event }: DeliveryMessage,
  { gone, aborted }: Verdict & { kind: "failed" },
): FailureReason | null {
  if (gone) return "endpoint_gone";
  if (aborted) return "aborted_by_receiver";
  return event === null ? "test_failed" : null;
}

function outcomeOf({ status }: Delivery): Outcome {
  if (status === "succeeded") return "succeeded";
  return status === "failed" ? "given_up" : "failed";
}

/** A test has no effect on the endpoint: only the caller sees that it failed, or what its response asks for. */
function learned(verdict: Verdict, { event }: DeliveryMessage) {
  const nothing = { overloaded: false, retryAfterMs: null, gone: false };
  const isTest = event === null;
  if (verdict.kind === "succeeded") {
    return { succeeded: true, isFailedTest: false, ...nothing, gone: verdict.gone && !isTest };
  }
  if (isTest) return { succeeded: false, isFailedTest: true, ...nothing };
  const { overloaded, retryAfterMs, gone } = verdict;
  return { succeeded: false, isFailedTest: false, overloaded, retryAfterMs, gone };
}

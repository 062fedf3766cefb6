import { ActivityError } from "#shared/errors.ts";
import { retryWindowMs } from "#shared/webhooks/delivery-lifetime.ts";
import {
  type Delivery,
  type DeliveryMessage,
  type DeliveryQueue,
  type FailureReason,
  queueUnavailable,
} from "./delivery.ts";
import type { DeliveryOutcome, DeliveryPorts } from "./delivery-ports.ts";
import { nextAttemptAt } from "./retry-policy.ts";

/** Longer than an attempt and the writes about it can take: after that, the worker that claimed it has crashed. */
export const claimSeconds = 60;

/** The longest that SQS delays a message (DelaySeconds). */
const maxDelaySeconds = 900;

/** A longer wait is shown in the list of deliveries. */
const unlistedWaitMs = 60_000;

/** A message that could not be sent is given up an hour after its retry window, so that its last attempt can still run. */
const maxWaitMs = retryWindowMs + 3_600_000;

const maxPauseMs = 300_000;

/** Enqueues all messages. Throws `ActivityError` `unavailable` if the queue does not accept all: retry all of them. */
export async function enqueue(
  queue: DeliveryQueue,
  messages: readonly DeliveryMessage[],
  delaySeconds: number,
): Promise<void> {
  const unsent = await queue.send(messages, delaySeconds);
  if (unsent.length > 0) {
    throw new ActivityError("unavailable", queueUnavailable, { retryAfter: 2 });
  }
}

/** Schedules a message: in the queue, or in the table if the queue cannot delay it for so long. */
export async function schedule(
  { queue, scheduled, now }: Pick<DeliveryPorts, "queue" | "scheduled" | "now">,
  message: DeliveryMessage,
  at: Date,
): Promise<void> {
  const seconds = Math.max(0, Math.ceil((at.getTime() - now().getTime()) / 1_000));
  if (seconds > maxDelaySeconds) return scheduled.add(message, at);
  return enqueue(queue, [message], seconds);
}

/**
 * Reschedules a message whose endpoint is busy, or pauses until `from`. The longer it has waited in all, the longer it
 * waits, up to five minutes, so that a backlog of thousands does not try every second.
 */
export async function rescheduleForLimit(
  ports: DeliveryPorts,
  message: DeliveryMessage,
  from: number | null,
): Promise<DeliveryOutcome> {
  const now = ports.now().getTime();
  const age = now - Date.parse(message.started_at);
  if (age > maxWaitMs) return giveUp(ports, message, "exhausted");
  const pauseMs = Math.min(Math.max(age / 2, 1_000), maxPauseMs);
  return reschedule(ports, message, (from ?? now) + (pauseMs * (1 + ports.random())) / 2);
}

/**
 * Reschedules a message while the circuit of its endpoint is open: as after a failed attempt, and at least until the
 * circuit can be probed. It does not count as an attempt, but the retry window goes on.
 */
export async function rescheduleForCircuit(
  ports: DeliveryPorts,
  message: DeliveryMessage,
  openUntil: number,
): Promise<DeliveryOutcome> {
  const { parked: deferrals, started_at } = message;
  const now = ports.now();
  const retryAfterMs = openUntil - now.getTime();
  const at = nextAttemptAt({ attempts: deferrals + 1, started_at, retryAfterMs, now, random: ports.random() });
  if (at === null) return giveUp(ports, message, "exhausted");
  return reschedule(ports, { ...message, parked: deferrals + 1 }, at.getTime());
}

async function reschedule(ports: DeliveryPorts, message: DeliveryMessage, until: number): Promise<DeliveryOutcome> {
  const now = ports.now();
  const at = new Date(until);
  if (until - now.getTime() > unlistedWaitMs) await ports.deliveries.recordScheduled(message, now, at.toISOString());
  await schedule(ports, message, at);
  return "rescheduled";
}

/** Reschedules a message until the claim of another worker on its delivery has expired. */
export async function rescheduleAfterClaim(
  ports: DeliveryPorts,
  message: DeliveryMessage,
  claimedUntil: string,
): Promise<DeliveryOutcome> {
  await schedule(ports, message, new Date(claimedUntil));
  return "rescheduled";
}

/** Fails a delivery without an attempt, and records the reason. */
export async function giveUp(
  ports: DeliveryPorts,
  message: DeliveryMessage,
  reason: FailureReason,
): Promise<DeliveryOutcome> {
  const claim = await ports.deliveries.claim(message, ports.now(), claimSeconds);
  if (claim.kind === "settled") return "dropped";
  if (claim.kind === "busy") return rescheduleAfterClaim(ports, message, claim.until);
  return recordUnsent(ports, claim.delivery, reason);
}

/** Fails a claimed delivery. The claim counted an attempt, but nothing was sent. */
export async function recordUnsent(
  ports: DeliveryPorts,
  delivery: Delivery,
  reason: FailureReason,
): Promise<DeliveryOutcome> {
  await ports.deliveries.record({ ...toFailed(delivery, reason), attempts: delivery.attempts - 1 }, null);
  return "given_up";
}

export function toFailed(delivery: Delivery, reason: FailureReason): Delivery {
  return { ...delivery, status: "failed", reason, next_attempt_at: null };
}

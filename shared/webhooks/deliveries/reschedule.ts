import type { Delivery, DeliveryMessage, FailureReason } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-ports.ts";
import { nextAttemptAt, patienceMs } from "./retry-policy.ts";
import { schedule } from "./schedule.ts";

/** Longer than a send, and what is written about it, can take: who holds a delivery after that is dead. */
export const holdSeconds = 60;

/** A wait that is longer is worth a line in the list of deliveries. */
const briefMs = 60_000;

/**
 * A message that never came to be sent is given up an hour after its time, so that its last attempt could still come.
 */
const waitingPatienceMs = patienceMs + 3_600_000;

const longestPauseMs = 300_000;

/**
 * Has a message wait while its endpoint is busy, or pauses until a time. The longer it has waited in all, the longer it
 * waits, up to five minutes: who waits in thousands need not ask each second.
 */
export async function waitForSlot(
  world: DeliveryWorld,
  message: DeliveryMessage,
  from: number | null,
): Promise<Outcome> {
  const now = world.now().getTime();
  const age = now - Date.parse(message.started_at);
  if (age > waitingPatienceMs) return giveUp(world, message, "exhausted");
  const pauseMs = Math.min(Math.max(age / 2, 1_000), longestPauseMs);
  return park(world, message, (from ?? now) + (pauseMs * (1 + world.random())) / 2);
}

/**
 * Has a message wait while the endpoint's circuit is open: as long as it would after a failed attempt, and at least
 * until the circuit lets one through. It counts as no attempt, but its time runs out like any other's.
 */
export async function waitForCircuit(
  world: DeliveryWorld,
  message: DeliveryMessage,
  openUntil: number,
): Promise<Outcome> {
  const { parked, started_at } = message;
  const [now, random] = [world.now(), world.random()];
  const at = nextAttemptAt({ attempts: parked + 1, started_at, retryAfterMs: openUntil - now.getTime(), now, random });
  if (at === null) return giveUp(world, message, "exhausted");
  return park(world, { ...message, parked: parked + 1 }, at.getTime());
}

async function park(world: DeliveryWorld, message: DeliveryMessage, until: number): Promise<Outcome> {
  const now = world.now();
  const at = new Date(until);
  if (until - now.getTime() > briefMs) await world.deliveries.announce(message, now, at.toISOString());
  await schedule(world, message, at);
  return "parked";
}

/** Ends a delivery of which nothing can be sent, and says why in the list of deliveries. */
export async function giveUp(world: DeliveryWorld, message: DeliveryMessage, reason: FailureReason): Promise<Outcome> {
  const claim = await world.deliveries.claim(message, world.now(), holdSeconds);
  if (claim.kind === "settled") return "dropped";
  if (claim.kind === "busy") return putOff(world, message, claim.until);
  return recordUnsent(world, claim.delivery, reason);
}

/** Ends a delivery that was claimed. The claim counted an attempt, and none was made. */
export async function recordUnsent(world: DeliveryWorld, delivery: Delivery, reason: FailureReason): Promise<Outcome> {
  await world.deliveries.record({ ...ended(delivery, reason), attempts: delivery.attempts - 1 }, null);
  return "given_up";
}

/** Has a message come again when whoever holds its delivery must be done. */
export async function putOff(world: DeliveryWorld, message: DeliveryMessage, until: string): Promise<Outcome> {
  await schedule(world, message, new Date(until));
  return "parked";
}

export function ended(delivery: Delivery, reason: FailureReason): Delivery {
  return { ...delivery, status: "failed", reason, next_attempt_at: null };
}

import type { DeliveryWorld } from "#shared/webhooks/deliveries/delivery-ports.ts";
import {
  canGrow,
  countsAsFailure,
  type Health,
  hangs,
  hasFailedForLong,
  isFast,
  isWell,
  type Lease,
  learn,
  leaseMs,
  mostSends,
  needsProbe,
  openUntil,
  type SendOutcome,
} from "./circuit-breaker.ts";
import { averageLatency, slowAfterMs } from "./latency.ts";

/** Slots that one batch may take, so that several can work side by side. */
const maxSlotsOfLease = 5;

/** Looks again at an endpoint that is only busy: waiting here is quicker than another trip through the queue. */
const looks = 6;
const lookAgainMs = 100;

/** Writes that lost against another in a row, after which what was learned is left to the next send. */
const maxConflicts = 10;

/** How many sends may go out at once, or none and, where it is known, until when (Unix milliseconds). */
export type Slots = {
  readonly count: number;
  readonly waitUntil: number | null;
  /** What was taken, and is to be given back. */
  readonly lease: Lease | null;
  /** The endpoint's health when they were taken, or not because it is slow; `null` otherwise, and for a probe. */
  readonly health: Health | null;
  /** Whether the endpoint is not known as fast, and its messages belong on the slow lane. */
  readonly isSlow: boolean;
  /** Whether it is slow and busy: no slot is given back soon. */
  readonly isBusy: boolean;
  /** Whether it is for failures that there are none, rather than for a pause that the endpoint asked for. */
  readonly isFailing: boolean;
};

type Ward = Pick<DeliveryWorld, "health" | "slowLane" | "now" | "random" | "sleep">;

const noSlots: Slots = {
  count: 0,
  waitUntil: null,
  lease: null,
  health: null,
  isSlow: false,
  isBusy: false,
  isFailing: false,
};

/**
 * Takes up to `wanted` of an endpoint's slots; on the fast lane, only of one that is known as fast. Who is urgent is let
 * through an open circuit, one at a time.
 */
export async function takeSlots(
  world: Ward,
  endpointId: string,
  wanted: number,
  id: string,
  isUrgent: boolean,
): Promise<Slots> {
  const { health: store } = world;
  const onlyIfFast = world.slowLane !== null;
  let slots = Math.min(wanted, maxSlotsOfLease);
  for (let look = 1; ; look++) {
    const now = world.now().getTime();
    const lease = { id, slots, until: now + leaseMs };
    const { granted, health } = await store.lease(endpointId, lease, now, onlyIfFast);
    if (onlyIfFast && (!isFast(health) || hangs(health, now))) {
      if (granted) await store.end(endpointId, lease, null);
      return { ...noSlots, health, isSlow: true };
    }
    if (granted) return { ...noSlots, count: slots, lease, health };
    const waitUntil = openUntil(health, now);
    const isFailing = needsProbe(health);
    if (waitUntil !== null && !isUrgent) return { ...noSlots, waitUntil, isFailing };
    if (waitUntil !== null || isFailing) {
      if (await store.probe(endpointId, lease.until, now)) return { ...noSlots, count: 1 };
      return { ...noSlots, waitUntil: health.probe_until ?? now, isFailing: true };
    }
    if (look === looks) return noSlots;
    const room = await makeRoom(world, endpointId, health, now);
    if (room === 0) return { ...noSlots, isBusy: true };
    slots = Math.min(slots, room);
  }
}

/**
 * Finds slots at a busy endpoint: those of the dead, those that are left, more where it thrives, or those given back
 * soon. A slow one gives none back soon: 0.
 */
async function makeRoom({ health: store, random, sleep }: Ward, endpointId: string, health: Health, now: number) {
  const dead = health.leases.filter(({ until }) => until <= now);
  await Promise.all(dead.map((lease) => store.end(endpointId, lease, null)));
  if (dead.length > 0 || health.vacant > 0) return Math.max(1, health.vacant);
  if (canGrow(health, now)) await store.grow(endpointId, mostSends(health));
  else if ((health.latency_ms ?? 0) > slowAfterMs) return 0;
  else await sleep(lookAgainMs * (0.5 + random()));
  return 1;
}

/** Gives back the slots beyond those that are used, so that others need not wait until the sends have ended. */
export async function giveBackSurplus(
  { health: store }: Pick<Ward, "health">,
  endpointId: string,
  { lease }: Slots,
  used: number,
): Promise<void> {
  if (lease !== null && used < lease.slots) await store.shrink(endpointId, lease, used);
}

/** What giving slots back shows of an endpoint. */
export type Lesson = {
  readonly hasFailedForLong: boolean;
  /** Whether its circuit opened by it. */
  readonly opened: boolean;
};

/** Gives slots back with what was learned. */
export async function giveBackSlots(
  world: Ward,
  endpointId: string,
  slots: Slots,
  outcomes: readonly SendOutcome[],
): Promise<Lesson> {
  const { health: store } = world;
  const isProbe = slots.count > 0 && slots.lease === null;
  const { health } = slots;
  const durations = outcomes.map(({ duration_ms }) => duration_ms);
  const latencyMs = averageLatency(health?.latency_ms ?? null, durations);
  const isStillWell = health !== null && isWell({ ...health, latency_ms: latencyMs });
  const hasNews = outcomes.length > 0 && (!isStillWell || outcomes.some(countsAsFailure));
  const succeededAt = Math.max(0, ...outcomes.filter(({ succeeded }) => succeeded).map(({ at }) => at));
  const [learned] = await Promise.all([
    hasNews || isProbe ? remember(world, endpointId, outcomes) : null,
    slots.lease === null
      ? undefined
      : store.end(endpointId, slots.lease, succeededAt || null, hasNews ? null : latencyMs),
  ]);
  if (learned === null) return { hasFailedForLong: false, opened: false };
  const { before, after } = learned;
  return {
    hasFailedForLong: hasFailedForLong(after, world.now().getTime()),
    opened: after.openings > before.openings,
  };
}

/** Writes what was learned against what others write; `null` where others were always first. */
async function remember(
  { health: store, random, sleep }: Ward,
  endpointId: string,
  outcomes: readonly SendOutcome[],
): Promise<{ before: Health; after: Health } | null> {
  for (let tries = 1; tries <= maxConflicts; tries++) {
    const before = await store.read(endpointId);
    const after = learn(before, outcomes);
    if (await store.write(endpointId, before, after)) return { before, after };
    await sleep(20 * random() * tries);
  }
  return null;
}

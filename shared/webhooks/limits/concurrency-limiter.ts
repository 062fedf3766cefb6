import type { DeliveryPorts } from "#shared/webhooks/deliveries/delivery-ports.ts";
import {
  applyOutcomes,
  canIncreaseLimit,
  countsAsFailure,
  type EndpointHealth,
  hasFailedTooLong,
  isFast,
  isHanging,
  isHealthy,
  leaseMs,
  maxLimitForLatency,
  needsProbe,
  openUntil,
  type PermitLease,
  type SendOutcome,
} from "./circuit-breaker.ts";
import { averageLatency, slowAfterMs } from "./latency.ts";

/** EndpointPermits that one batch may take, so that several can work side by side. */
const maxPermitsPerLease = 5;

/** Looks again at an endpoint that is only busy: waiting here is quicker than another trip through the queue. */
const maxAcquireAttempts = 6;
const acquireRetryMs = 100;

/** Writes that lost against another in a row, after which what was learned is left to the next send. */
const maxConflicts = 10;

/** How many sends may go out at once, or none and, where it is known, until when (Unix milliseconds). */
export type EndpointPermits = {
  readonly count: number;
  readonly waitUntil: number | null;
  /** What was taken, and is to be given back. */
  readonly lease: PermitLease | null;
  /** The endpoint's health when they were taken, or not because it is slow; `null` otherwise, and for a probe. */
  readonly health: EndpointHealth | null;
  /** Whether the endpoint is not known as fast, and its messages belong on the slow lane. */
  readonly isSlow: boolean;
  /** Whether it is slow and busy: no slot is given back soon. */
  readonly isBusy: boolean;
  /** Whether it is for failures that there are none, rather than for a pause that the endpoint asked for. */
  readonly isFailing: boolean;
};

type LimiterPorts = Pick<DeliveryPorts, "health" | "slowLane" | "now" | "random" | "sleep">;

const noPermits: EndpointPermits = {
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
export async function acquireEndpointPermits(
  world: LimiterPorts,
  endpointId: string,
  wanted: number,
  id: string,
  isUrgent: boolean,
): Promise<EndpointPermits> {
  const { health: store } = world;
  const onlyIfFast = world.slowLane !== null;
  let slots = Math.min(wanted, maxPermitsPerLease);
  for (let look = 1; ; look++) {
    const now = world.now().getTime();
    const lease = { id, slots, until: now + leaseMs };
    const { granted, health } = await store.lease(endpointId, lease, now, onlyIfFast);
    if (onlyIfFast && (!isFast(health) || isHanging(health, now))) {
      if (granted) await store.end(endpointId, lease, null);
      return { ...noPermits, health, isSlow: true };
    }
    if (granted) return { ...noPermits, count: slots, lease, health };
    const waitUntil = openUntil(health, now);
    const isFailing = needsProbe(health);
    if (waitUntil !== null && !isUrgent) return { ...noPermits, waitUntil, isFailing };
    if (waitUntil !== null || isFailing) {
      if (await store.probe(endpointId, lease.until, now)) return { ...noPermits, count: 1 };
      return { ...noPermits, waitUntil: health.probe_until ?? now, isFailing: true };
    }
    if (look === maxAcquireAttempts) return noPermits;
    const room = await waitForPermits(world, endpointId, health, now);
    if (room === 0) return { ...noPermits, isBusy: true };
    slots = Math.min(slots, room);
  }
}

/**
 * Finds slots at a busy endpoint: those of the dead, those that are left, more where it thrives, or those given back
 * soon. A slow one gives none back soon: 0.
 */
async function waitForPermits(
  { health: store, random, sleep }: LimiterPorts,
  endpointId: string,
  health: EndpointHealth,
  now: number,
) {
  const dead = health.leases.filter(({ until }) => until <= now);
  await Promise.all(dead.map((lease) => store.end(endpointId, lease, null)));
  if (dead.length > 0 || health.vacant > 0) return Math.max(1, health.vacant);
  if (canIncreaseLimit(health, now)) await store.grow(endpointId, maxLimitForLatency(health));
  else if ((health.latency_ms ?? 0) > slowAfterMs) return 0;
  else await sleep(acquireRetryMs * (0.5 + random()));
  return 1;
}

/** Gives back the slots beyond those that are used, so that others need not wait until the sends have ended. */
export async function releaseUnusedPermits(
  { health: store }: Pick<LimiterPorts, "health">,
  endpointId: string,
  { lease }: EndpointPermits,
  used: number,
): Promise<void> {
  if (lease !== null && used < lease.slots) await store.shrink(endpointId, lease, used);
}

/** What giving slots back shows of an endpoint. */
export type ReleaseReport = {
  readonly hasFailedTooLong: boolean;
  /** Whether its circuit opened by it. */
  readonly opened: boolean;
};

/** Gives slots back with what was learned. */
export async function releaseEndpointPermits(
  world: LimiterPorts,
  endpointId: string,
  slots: EndpointPermits,
  outcomes: readonly SendOutcome[],
): Promise<ReleaseReport> {
  const { health: store } = world;
  const isProbe = slots.count > 0 && slots.lease === null;
  const { health } = slots;
  const durations = outcomes.map(({ duration_ms }) => duration_ms);
  const latencyMs = averageLatency(health?.latency_ms ?? null, durations);
  const isStillWell = health !== null && isHealthy({ ...health, latency_ms: latencyMs });
  const hasNews = outcomes.length > 0 && (!isStillWell || outcomes.some(countsAsFailure));
  const succeededAt = Math.max(0, ...outcomes.filter(({ succeeded }) => succeeded).map(({ at }) => at));
  const [learned] = await Promise.all([
    hasNews || isProbe ? recordOutcomes(world, endpointId, outcomes) : null,
    slots.lease === null
      ? undefined
      : store.end(endpointId, slots.lease, succeededAt || null, hasNews ? null : latencyMs),
  ]);
  if (learned === null) return { hasFailedTooLong: false, opened: false };
  const { before, after } = learned;
  return {
    hasFailedTooLong: hasFailedTooLong(after, world.now().getTime()),
    opened: after.openings > before.openings,
  };
}

/** Writes what was learned against what others write; `null` where others were always first. */
async function recordOutcomes(
  { health: store, random, sleep }: LimiterPorts,
  endpointId: string,
  outcomes: readonly SendOutcome[],
): Promise<{ before: EndpointHealth; after: EndpointHealth } | null> {
  for (let tries = 1; tries <= maxConflicts; tries++) {
    const before = await store.read(endpointId);
    const after = applyOutcomes(before, outcomes);
    if (await store.write(endpointId, before, after)) return { before, after };
    await sleep(20 * random() * tries);
  }
  return null;
}

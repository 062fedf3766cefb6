import { retryOnConflict } from "#shared/platform/retry-on-conflict.ts";
import {
  applyOutcomes,
  canIncreaseLimit,
  countsAsFailure,
  hasFailedTooLong,
  isHealthy,
  maxLimitForLatency,
  needsProbe,
  openUntil,
  type SendOutcome,
} from "./circuit-breaker.ts";
import {
  type EndpointHealth,
  type EndpointHealthStore,
  isFast,
  isHanging,
  leaseMs,
  type PermitLease,
} from "./endpoint-health.ts";
import { averageLatency, slowAfterMs } from "./latency.ts";

/** Few enough that several batches can send to one endpoint side by side. */
const maxPermitsPerLease = 5;

/** Attempts at a busy endpoint: waiting here is faster than another trip through the queue. */
const maxAcquireAttempts = 6;
const acquireRetryMs = 100;

/** After so many write conflicts in a row, the outcomes are dropped; the next attempts record theirs. */
const maxConflicts = 10;

export type EndpointPermitPorts = {
  readonly health: EndpointHealthStore;
  /** The queue for endpoints that are not known to be fast; `null` on the slow lane itself. */
  readonly slowLane: object | null;
  now(): Date;
  random(): number;
  sleep(milliseconds: number): Promise<unknown>;
};

/** `isManual`: requested by a person, so that it may probe an open circuit. */
export type PermitRequest = { readonly count: number; readonly id: string; readonly isManual: boolean };

/** The permits that a batch acquired, or why it acquired none. */
export type EndpointPermits =
  | { readonly kind: "leased"; readonly lease: PermitLease; readonly health: EndpointHealth }
  /** One request, to find out whether the circuit can be closed. */
  | { readonly kind: "probe" }
  /** Not known to be fast: its messages belong on the slow lane. */
  | { readonly kind: "slow"; readonly health: EndpointHealth }
  | { readonly kind: "circuit_open"; readonly until: number }
  /** The endpoint asked for a pause by `Retry-After`, or is overloaded. */
  | { readonly kind: "paused"; readonly until: number }
  /** No permit was available. Those of a slow endpoint are not released soon. */
  | { readonly kind: "busy"; readonly isSlow: boolean };

/** Returns how many requests the permits allow. */
export function countPermits(permits: EndpointPermits): number {
  if (permits.kind === "leased") return permits.lease.permits;
  return permits.kind === "probe" ? 1 : 0;
}

/**
 * Acquires up to `count` permits of an endpoint; on the fast lane, only of one that is known to be fast. A manual
 * request may probe an open circuit, one at a time.
 */
export async function acquireEndpointPermits(
  ports: EndpointPermitPorts,
  endpointId: string,
  { count, id, isManual }: PermitRequest,
): Promise<EndpointPermits> {
  const onlyIfFast = ports.slowLane !== null;
  let permits = Math.min(count, maxPermitsPerLease);
  for (let attempt = 1; ; attempt++) {
    const now = ports.now().getTime();
    const lease = { id, permits, expiresAt: now + leaseMs };
    const { granted, health } = await ports.health.acquire(endpointId, lease, now, onlyIfFast);
    if (onlyIfFast && (!isFast(health) || isHanging(health, now))) {
      if (granted) await ports.health.release(endpointId, lease, null);
      return { kind: "slow", health };
    }
    if (granted) return { kind: "leased", lease, health };
    const until = openUntil(health, now);
    if (until !== null && !isManual) return { kind: needsProbe(health) ? "circuit_open" : "paused", until };
    if (until !== null || needsProbe(health)) {
      if (await ports.health.acquireProbe(endpointId, lease.expiresAt, now)) return { kind: "probe" };
      return { kind: "circuit_open", until: health.probe_until ?? now };
    }
    if (attempt === maxAcquireAttempts) return { kind: "busy", isSlow: false };
    const available = await findPermits(ports, endpointId, health, now);
    if (available === 0) return { kind: "busy", isSlow: true };
    permits = Math.min(permits, available);
  }
}

/**
 * Finds permits of a busy endpoint: those of expired leases, those that are left, those of a raised limit, or those
 * that are released soon. Returns 0 for a slow endpoint, which releases none soon.
 */
async function findPermits(
  { health: store, random, sleep }: EndpointPermitPorts,
  endpointId: string,
  health: EndpointHealth,
  now: number,
): Promise<number> {
  const expired = health.leases.filter(({ expiresAt }) => expiresAt <= now);
  await Promise.all(expired.map((lease) => store.release(endpointId, lease, null)));
  if (expired.length > 0 || health.available > 0) return Math.max(1, health.available);
  if (canIncreaseLimit(health, now)) await store.increaseLimit(endpointId, maxLimitForLatency(health));
  else if ((health.latency_ms ?? 0) > slowAfterMs) return 0;
  else await sleep(acquireRetryMs * (0.5 + random()));
  return 1;
}

/** What the release of permits shows about an endpoint. */
export type ReleaseReport = {
  readonly hasFailedTooLong: boolean;
  /** Whether the outcomes opened its circuit. */
  readonly opened: boolean;
};

/** Releases permits and records the outcomes of the requests. */
export async function releaseEndpointPermits(
  ports: EndpointPermitPorts,
  endpointId: string,
  permits: EndpointPermits,
  outcomes: readonly SendOutcome[],
): Promise<ReleaseReport> {
  const { lease, health } = permits.kind === "leased" ? permits : { lease: null, health: null };
  const durations = outcomes.map(({ duration_ms }) => duration_ms);
  const latencyMs = averageLatency(health?.latency_ms ?? null, durations);
  const isStillHealthy = health !== null && isHealthy({ ...health, latency_ms: latencyMs });
  const hasNews = outcomes.length > 0 && (!isStillHealthy || outcomes.some(countsAsFailure));
  const succeededAt = Math.max(0, ...outcomes.filter(({ succeeded }) => succeeded).map(({ at }) => at));
  const [recorded] = await Promise.all([
    hasNews || permits.kind === "probe" ? recordOutcomes(ports, endpointId, outcomes) : null,
    lease === null
      ? undefined
      : ports.health.release(endpointId, lease, succeededAt || null, hasNews ? null : latencyMs),
  ]);
  if (recorded === null) return { hasFailedTooLong: false, opened: false };
  const { before, after } = recorded;
  return {
    hasFailedTooLong: hasFailedTooLong(after, ports.now().getTime()),
    opened: after.openCount > before.openCount,
  };
}

/** Records outcomes with optimistic locking. Returns `null` if other writers were always first. */
async function recordOutcomes(
  { health: store, random, sleep }: EndpointPermitPorts,
  endpointId: string,
  outcomes: readonly SendOutcome[],
): Promise<{ before: EndpointHealth; after: EndpointHealth } | null> {
  return retryOnConflict(maxConflicts, async (attempt) => {
    const before = await store.get(endpointId);
    const after = applyOutcomes(before, outcomes);
    if (await store.update(endpointId, before, after)) return { before, after };
    await sleep(20 * random() * attempt);
    return null;
  });
}

import { slowAfterMs } from "./latency.ts";

/** Circuit, concurrency limit and latency of an endpoint, shared by all instances that send to it. Times are Unix milliseconds. */
export type EndpointHealth = {
  /** For optimistic locking. */
  readonly version: number;
  /** The concurrency limit: how many requests may run at the same time. */
  readonly limit: number;
  /** Permits of the limit that no lease holds. */
  readonly available: number;
  readonly leases: readonly PermitLease[];
  /** Until when the one attempt in the half-open state may run. */
  readonly probe_until: number | null;
  /** Failures since the last success. */
  readonly failures: number;
  /** How often in a row the circuit opened. */
  readonly openCount: number;
  readonly open_until: number | null;
  readonly failing_since: number | null;
  readonly last_success_at: number | null;
  /** Moving average of the durations of all attempts; `null` before the first. */
  readonly latency_ms: number | null;
};

/** Permits that one batch holds. A lease that is not released expires. */
export type PermitLease = { readonly id: string; readonly permits: number; readonly expiresAt: number };

export type HealthAcquisition = { readonly granted: boolean; readonly health: EndpointHealth };

/** The stored health of endpoints. Permits are acquired and released by one write each, without a version check. */
export type EndpointHealthStore = {
  get(endpointId: string): Promise<EndpointHealth>;
  /**
   * Acquires the permits of a lease if enough are available and the circuit is closed, and returns the health after it.
   * With `onlyIfFast`, only if the endpoint is known to be fast.
   */
  acquire(endpointId: string, lease: PermitLease, now: number, onlyIfFast?: boolean): Promise<HealthAcquisition>;
  /** Releases all permits of a lease but `used`. Does nothing if the lease has changed. */
  releaseUnused(endpointId: string, lease: PermitLease, used: number): Promise<void>;
  /** Releases a lease and records a success and the latency, unless they are `null`. Idempotent. */
  release(endpointId: string, lease: PermitLease, succeededAt: number | null, latencyMs?: number | null): Promise<void>;
  /** Acquires the probe of a circuit that is not closed. Returns whether no other probe is running. */
  acquireProbe(endpointId: string, until: number, now: number): Promise<boolean>;
  /** Raises the concurrency limit by one increment, up to `max`. */
  increaseLimit(endpointId: string, max: number): Promise<void>;
  /** Replaces all but the leases, and ends the probe. Returns `false` if the version is no longer that of `before`. */
  update(endpointId: string, before: EndpointHealth, after: EndpointHealth): Promise<boolean>;
};

/** The health of several endpoints, by one read. */
export type EndpointHealthList = {
  /** Endpoints to which nothing was sent yet are absent. */
  list(endpointIds: readonly string[]): Promise<ReadonlyMap<string, EndpointHealth>>;
};

export const initialConcurrencyLimit = 10;

/** Longer than a function that delivers may run: after that, the holder of a lease has crashed. */
export const leaseMs = 60_000;

/**
 * A lease of a fast endpoint that is older shows that its requests hang, before the first of them has timed out. One
 * that is older than `crashedAfterMs` is that of a function that crashed.
 */
const hangingAfterMs = 5_000;
const crashedAfterMs = 25_000;

export const initialHealth: EndpointHealth = {
  version: 0,
  limit: initialConcurrencyLimit,
  available: initialConcurrencyLimit,
  leases: [],
  probe_until: null,
  failures: 0,
  openCount: 0,
  open_until: null,
  failing_since: null,
  last_success_at: null,
  latency_ms: null,
};

/** Returns whether an endpoint is known to respond fast. */
export function isFast({ latency_ms }: EndpointHealth): boolean {
  return latency_ms !== null && latency_ms <= slowAfterMs;
}

/** Returns whether no attempt has ended yet, and none takes longer than one of a fast endpoint may. */
export function hasUnknownLatency({ latency_ms, leases }: EndpointHealth, now: number): boolean {
  return latency_ms === null && leases.every((lease) => ageOf(lease, now) <= slowAfterMs);
}

/** Returns whether requests to an endpoint hang now. */
export function isHanging({ leases }: EndpointHealth, now: number): boolean {
  return leases.some((lease) => ageOf(lease, now) > hangingAfterMs && ageOf(lease, now) < crashedAfterMs);
}

function ageOf({ expiresAt }: PermitLease, now: number): number {
  return now - (expiresAt - leaseMs);
}

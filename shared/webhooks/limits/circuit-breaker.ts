import { patienceMs } from "#shared/webhooks/deliveries/retry-policy.ts";
import { averageLatency, sendsWithinBudget, slowAfterMs } from "./latency.ts";

/** How an endpoint fares, over all functions that send to it. Times are Unix milliseconds. */
export type Health = {
  /** Counts what was learned, so that two who learn at once are noticed. */
  readonly version: number;
  /** Sends at once that it is trusted with, now. */
  readonly limit: number;
  /** Slots of the limit that nobody holds. */
  readonly vacant: number;
  /** Who holds the others. A lease that is never given back ends by itself. */
  readonly leases: readonly Lease[];
  /** Until when somebody probes an endpoint whose circuit was open. */
  readonly probe_until: number | null;
  /** Failures since the last success. */
  readonly failures: number;
  /** How often in a row the circuit opened. */
  readonly openings: number;
  readonly open_until: number | null;
  readonly failing_since: number | null;
  readonly last_success_at: number | null;
  /** How long sends take, whatever comes of them: a moving average in milliseconds, `null` before the first. */
  readonly latency_ms: number | null;
};

export type Lease = { readonly id: string; readonly slots: number; readonly until: number };

/** Health at rest. Slots are taken and given back by one write each, which disturbs no other. */
export type HealthStore = {
  read(endpointId: string): Promise<Health>;
  /**
   * Takes slots, if so many are vacant and the circuit is closed; answers the health as it is then. With `onlyIfFast`
   * only where the endpoint is known as fast.
   */
  lease(
    endpointId: string,
    lease: Lease,
    now: number,
    onlyIfFast?: boolean,
  ): Promise<{ readonly granted: boolean; readonly health: Health }>;
  /** Gives back all slots of a lease but `slots`; nothing where it has no longer as many as given. */
  shrink(endpointId: string, lease: Lease, slots: number): Promise<void>;
  /** Gives back the slots that a lease still has, with the latency if it is known anew; nothing where that was done already. */
  end(endpointId: string, lease: Lease, succeededAt: number | null, latencyMs?: number | null): Promise<void>;
  /** Lets one send go out, while the circuit is open or to find out whether it may be closed; one at a time. */
  probe(endpointId: string, until: number, now: number): Promise<boolean>;
  /** Trusts an endpoint with more sends at once, up to a limit. */
  grow(endpointId: string, upTo: number): Promise<void>;
  /**
   * Writes what was learned since `before`: all but the leases, and ends the probe. Answers `false` where somebody else
   * learned something first.
   */
  write(endpointId: string, before: Health, after: Health): Promise<boolean>;
};

/** Sends at once that an endpoint is trusted with at first. */
export const initialLimit = 10;

/** And at most, over all functions: what it wins by answering well, some at a time. */
export const maxConcurrentSends = 50;
export const growth = 5;

const thrivingMs = 10_000;

/** Longer than a function that sends may run: whoever holds a lease after that is dead. */
export const leaseMs = 60_000;

/**
 * A lease of a fast endpoint that is older shows that its sends hang now, before the first of them has ended; a still
 * older one is that of a function that died.
 */
const overdueMs = 5_000;
const deadMs = 25_000;

/** Failures in a row that open the circuit. */
export const openAfterFailures = 5;

/**
 * How long it stays open: doubled each time that its probe fails, up to five minutes, so that no recovery is overslept.
 */
const firstOpenMs = 30_000;
const longestOpenMs = 300_000;

/** How long an overloaded endpoint is left alone where it names no time. */
const pauseMs = 10_000;

/**
 * An endpoint that fails for so long without one success is disabled: three days, less what lies between a delivery's
 * beginning and its attempts, so that the delivery whose time is up finds its endpoint's time up as well.
 */
export const failingForMs = patienceMs - 15 * 60_000;

export const initialHealth: Health = {
  version: 0,
  limit: initialLimit,
  vacant: initialLimit,
  leases: [],
  probe_until: null,
  failures: 0,
  openings: 0,
  open_until: null,
  failing_since: null,
  last_success_at: null,
  latency_ms: null,
};

/** Until when the circuit is open; `null` where it is not. */
export function openUntil({ open_until }: Health, now: number): number | null {
  return open_until !== null && open_until > now ? open_until : null;
}

/** Whether the circuit was open and no send has succeeded since: one send may then find out. */
export function needsProbe({ failures }: Health): boolean {
  return failures >= openAfterFailures;
}

/** Concurrent sends that an endpoint may be trusted with at most, at its latency. */
export function mostSends({ latency_ms }: Health): number {
  return Math.min(maxConcurrentSends, sendsWithinBudget(latency_ms));
}

/** Whether there is nothing that a success could tell of the endpoint. */
export function isWell(health: Health): boolean {
  const { failures, limit, failing_since } = health;
  const most = mostSends(health);
  return failures === 0 && failing_since === null && limit >= Math.min(initialLimit, most) && limit <= most;
}

/** Whether sends to an endpoint are known to be short. */
export function isFast({ latency_ms }: Health): boolean {
  return latency_ms !== null && latency_ms <= slowAfterMs;
}

/** Whether an endpoint had no send so far that took, or takes already, longer than a fast one may. */
export function isUnknown({ latency_ms, leases }: Health, now: number): boolean {
  return latency_ms === null && leases.every(({ until }) => now - (until - leaseMs) <= slowAfterMs);
}

/** Whether sends to an endpoint hang now. */
export function hangs({ leases }: Health, now: number): boolean {
  const ages = leases.map(({ until }) => now - (until - leaseMs));
  return ages.some((age) => age > overdueMs && age < deadMs);
}

/** Whether an endpoint that is busy is worth more sends at once: it took something lately, and there may be more. */
export function canGrow(health: Health, now: number): boolean {
  const lately = now - (health.last_success_at ?? 0) < thrivingMs;
  return isWell(health) && lately && health.limit <= mostSends(health) - growth;
}

/** How one send went, as far as its endpoint's health is concerned. */
export type SendOutcome = {
  readonly at: number;
  readonly succeeded: boolean;
  /** A test that failed: its latency counts, its failure does not. */
  readonly isFailedTest: boolean;
  readonly overloaded: boolean;
  readonly retryAfterMs: number | null;
  readonly duration_ms: number;
};

/** Whether a send counts as a failure of its endpoint. */
export function countsAsFailure({ succeeded, isFailedTest }: SendOutcome): boolean {
  return !succeeded && !isFailedTest;
}

/** What sends tell of an endpoint, in the order in which they ended. */
export function learn(health: Health, outcomes: readonly SendOutcome[]): Health {
  return outcomes.reduce(learnOne, { ...health, probe_until: null });
}

function learnOne(before: Health, outcome: SendOutcome): Health {
  const { at } = outcome;
  const health = withinBudget({ ...before, latency_ms: averageLatency(before.latency_ms, [outcome.duration_ms]) });
  if (outcome.isFailedTest) return health;
  if (outcome.succeeded) {
    const limit = health.limit < initialLimit ? health.limit + 1 : health.limit;
    const well = { limit, failures: 0, openings: 0, open_until: null, failing_since: null };
    return withinBudget({ ...health, ...well, last_success_at: Math.max(at, health.last_success_at ?? 0) });
  }
  const failed = { ...health, failures: health.failures + 1, failing_since: health.failing_since ?? at };
  const eased = outcome.overloaded ? ease(failed, at + (outcome.retryAfterMs ?? pauseMs)) : failed;
  if (failed.failures < openAfterFailures || openUntil(health, at) !== null) return eased;
  const openMs = Math.min(firstOpenMs * 2 ** health.openings, longestOpenMs);
  return { ...eased, openings: health.openings + 1, open_until: Math.max(at + openMs, eased.open_until ?? 0) };
}

function withinBudget(health: Health): Health {
  return { ...health, limit: Math.min(health.limit, mostSends(health)) };
}

/** Leaves an overloaded endpoint alone for a while, then sends half as many at once. */
function ease(health: Health, until: number): Health {
  const limit = Math.max(1, Math.floor(health.limit / 2));
  return { ...health, limit, open_until: Math.max(until, health.open_until ?? 0) };
}

/** Whether an endpoint has failed for so long that it is to be disabled. */
export function hasFailedForLong({ failing_since, last_success_at }: Health, now: number): boolean {
  return failing_since !== null && now - Math.max(failing_since, last_success_at ?? 0) >= failingForMs;
}

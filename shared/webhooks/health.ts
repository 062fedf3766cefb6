import { patienceMs } from "./retry.ts";

/** How an endpoint fares, over all functions that send to it. Times are Unix milliseconds. */
export type Health = {
  /** Counts the writes, so that two at once are noticed. */
  readonly version: number;
  /** Sends at once that it is trusted with, now. */
  readonly limit: number;
  /** Sends that are under way; one that was never given back ends by itself. */
  readonly leases: readonly Lease[];
  /** Failures since the last success. */
  readonly failures: number;
  /** How often in a row the circuit opened. */
  readonly openings: number;
  readonly open_until: number | null;
  readonly failing_since: number | null;
  readonly last_success_at: number | null;
};

export type Lease = { readonly id: string; readonly slots: number; readonly until: number };

export type HealthStore = {
  read(endpointId: string): Promise<Health>;
  /** Answers `false` where another write came first. */
  write(endpointId: string, before: Health, after: Health): Promise<boolean>;
};

/** Sends at once to one endpoint, over all functions. */
export const maxConcurrentSends = 10;

/** Sends at once that one batch may take of them, so that two batches can work side by side. */
const maxSlotsOfLease = 5;

/** Longer than a function that sends may run: whoever holds a lease after that is dead. */
export const leaseMs = 60_000;

/** Failures in a row that open the circuit. */
export const openAfterFailures = 5;

/** How long it stays open: doubled each time that its probe fails, up to five minutes, so that no recovery is overslept. */
const firstOpenMs = 30_000;
const longestOpenMs = 300_000;

/** How long an overloaded endpoint is left alone where it names no time. */
const pauseMs = 10_000;

/**
 * An endpoint that fails for so long without one success is disabled: three days, less what lies between a delivery's beginning and its
 * attempts, so that the delivery whose time is up finds its endpoint's time up as well.
 */
export const failingForMs = patienceMs - 15 * 60_000;

export const initialHealth: Health = {
  version: 0,
  limit: maxConcurrentSends,
  leases: [],
  failures: 0,
  openings: 0,
  open_until: null,
  failing_since: null,
  last_success_at: null,
};

/** Until when the circuit is open; `null` where it is not. */
export function openUntil({ open_until }: Health, now: number): number | null {
  return open_until !== null && open_until > now ? open_until : null;
}

/**
 * Leases up to `wanted` slots to send with; `null` where there is none. While the circuit is open there is none; once its time is over one
 * send probes the endpoint.
 */
export function acquire(health: Health, wanted: number, leaseId: string, now: number): Health | null {
  if (openUntil(health, now) !== null) return null;
  const leases = health.leases.filter(({ until }) => until > now);
  const taken = leases.reduce((sum, { slots }) => sum + slots, 0);
  const isProbing = health.failures >= openAfterFailures;
  const slots = Math.min(wanted, maxSlotsOfLease, (isProbing ? 1 : health.limit) - taken);
  if (slots <= 0) return null;
  return { ...health, leases: [...leases, { id: leaseId, slots, until: now + leaseMs }] };
}

/** How one send went, as far as its endpoint's health is concerned. */
export type SendOutcome = {
  readonly at: number;
  readonly succeeded: boolean;
  readonly overloaded: boolean;
  readonly retryAfterMs: number | null;
};

/** Gives the slots back and learns from what was sent with them, in the order in which it ended. */
export function release(health: Health, leaseId: string, outcomes: readonly SendOutcome[], now: number): Health {
  const leases = health.leases.filter(({ id, until }) => id !== leaseId && until > now);
  return outcomes.reduce(learn, { ...health, leases });
}

function learn(health: Health, outcome: SendOutcome): Health {
  const { at } = outcome;
  if (outcome.succeeded) {
    const limit = Math.min(health.limit + 1, maxConcurrentSends);
    const well = { limit, failures: 0, openings: 0, open_until: null, failing_since: null };
    return { ...health, ...well, last_success_at: Math.max(at, health.last_success_at ?? 0) };
  }
  const failed = { ...health, failures: health.failures + 1, failing_since: health.failing_since ?? at };
  const eased = outcome.overloaded ? ease(failed, at + (outcome.retryAfterMs ?? pauseMs)) : failed;
  if (failed.failures < openAfterFailures || openUntil(health, at) !== null) return eased;
  const openMs = Math.min(firstOpenMs * 2 ** health.openings, longestOpenMs);
  return { ...eased, openings: health.openings + 1, open_until: Math.max(at + openMs, eased.open_until ?? 0) };
}

/** Leaves an overloaded endpoint alone for a while, then sends half as many at once. */
function ease(health: Health, until: number): Health {
  const limit = Math.max(1, Math.floor(health.limit / 2));
  return { ...health, limit, open_until: Math.max(until, health.open_until ?? 0) };
}

/** Whether an endpoint has failed for so long that it is to be disabled. */
export function hasFailedForLong({ failing_since }: Health, now: number): boolean {
  return failing_since !== null && now - failing_since >= failingForMs;
}

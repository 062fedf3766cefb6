import { retryWindowMs } from "#shared/webhooks/delivery-lifetime.ts";
import { type EndpointHealth, initialConcurrencyLimit } from "./endpoint-health.ts";
import { averageLatency, concurrencyWithinBudget } from "./latency.ts";

/** The highest concurrency limit of an endpoint, over all instances. */
export const maxConcurrencyLimit = 50;

/** Additive increase of the limit while an endpoint succeeds; overload halves it (AIMD). */
export const limitIncrement = 5;

const recentSuccessMs = 10_000;

/** Consecutive failures that open the circuit. */
export const openAfterFailures = 5;

/** How long the circuit is open: doubled by each failed probe, up to five minutes, so that a recovery is noticed by then. */
const initialOpenMs = 30_000;
const maxOpenMs = 300_000;

/** Pause for an overloaded endpoint that sends no `Retry-After`. */
const defaultPauseMs = 10_000;

/**
 * An endpoint that fails for so long without a success is disabled. Shorter than the retry window by the time between
 * the creation of a delivery and its first attempt, so that the endpoint is disabled when its first delivery fails.
 */
export const disableAfterMs = retryWindowMs - 15 * 60_000;

/** The result of one attempt, as far as it concerns the health of the endpoint. */
export type SendOutcome = {
  readonly at: number;
  readonly succeeded: boolean;
  /** The latency of a failed test counts, its failure does not. */
  readonly isFailedTest: boolean;
  readonly overloaded: boolean;
  readonly retryAfterMs: number | null;
  readonly duration_ms: number;
};

/** Returns until when the circuit is open; `null` if it is not. */
export function openUntil({ open_until }: EndpointHealth, now: number): number | null {
  return open_until !== null && open_until > now ? open_until : null;
}

/** Returns whether the circuit must be probed: it opened, and no attempt has succeeded since. */
export function needsProbe({ failures }: EndpointHealth): boolean {
  return failures >= openAfterFailures;
}

/** Returns the highest concurrency limit that the latency of an endpoint allows. */
export function maxLimitForLatency({ latency_ms }: EndpointHealth): number {
  return Math.min(maxConcurrencyLimit, concurrencyWithinBudget(latency_ms));
}

/** Returns whether a further success would change nothing but the time of the last success and the latency. */
export function isHealthy(health: EndpointHealth): boolean {
  const { failures, limit, failing_since } = health;
  const max = maxLimitForLatency(health);
  return failures === 0 && failing_since === null && limit >= Math.min(initialConcurrencyLimit, max) && limit <= max;
}

/** Returns whether the limit of a busy endpoint may be raised: it is healthy and had a success just now. */
export function canIncreaseLimit(health: EndpointHealth, now: number): boolean {
  const succeededRecently = now - (health.last_success_at ?? 0) < recentSuccessMs;
  return isHealthy(health) && succeededRecently && health.limit <= maxLimitForLatency(health) - limitIncrement;
}

/** Returns whether an attempt counts as a failure of its endpoint. */
export function countsAsFailure({ succeeded, isFailedTest }: SendOutcome): boolean {
  return !succeeded && !isFailedTest;
}

/** Returns the health after attempts, in the order in which they ended. */
export function applyOutcomes(health: EndpointHealth, outcomes: readonly SendOutcome[]): EndpointHealth {
  return outcomes.reduce(applyOutcome, { ...health, probe_until: null });
}

function applyOutcome(before: EndpointHealth, outcome: SendOutcome): EndpointHealth {
  const { at } = outcome;
  const health = capLimit({ ...before, latency_ms: averageLatency(before.latency_ms, [outcome.duration_ms]) });
  if (outcome.isFailedTest) return health;
  if (outcome.succeeded) {
    const limit = health.limit < initialConcurrencyLimit ? health.limit + 1 : health.limit;
    const closed = { limit, failures: 0, openCount: 0, open_until: null, failing_since: null };
    return capLimit({ ...health, ...closed, last_success_at: Math.max(at, health.last_success_at ?? 0) });
  }
  const counted = { ...health, failures: health.failures + 1, failing_since: health.failing_since ?? at };
  const failed = outcome.overloaded ? decreaseLimit(counted, at + (outcome.retryAfterMs ?? defaultPauseMs)) : counted;
  if (failed.failures < openAfterFailures || openUntil(health, at) !== null) return failed;
  const openMs = Math.min(initialOpenMs * 2 ** health.openCount, maxOpenMs);
  return { ...failed, openCount: health.openCount + 1, open_until: Math.max(at + openMs, failed.open_until ?? 0) };
}

function capLimit(health: EndpointHealth): EndpointHealth {
  return { ...health, limit: Math.min(health.limit, maxLimitForLatency(health)) };
}

/** Halves the limit of an overloaded endpoint and pauses it. */
function decreaseLimit(health: EndpointHealth, until: number): EndpointHealth {
  const limit = Math.max(1, Math.floor(health.limit / 2));
  return { ...health, limit, open_until: Math.max(until, health.open_until ?? 0) };
}

/** Returns whether an endpoint has failed for so long that it must be disabled. */
export function hasFailedTooLong({ failing_since, last_success_at }: EndpointHealth, now: number): boolean {
  return failing_since !== null && now - Math.max(failing_since, last_success_at ?? 0) >= disableAfterMs;
}

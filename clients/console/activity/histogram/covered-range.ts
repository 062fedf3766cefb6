import type { TimeRange } from "./buckets.ts";

const dayMs = 24 * 3_600_000;

export type Coverage = {
  /** Of the newest and the oldest event that was read; `null` if none was read. */
  readonly newestMs: number | null;
  readonly oldestMs: number | null;
  readonly hasMore: boolean;
  /** The bounds of the filters, as texts of the address. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly nowMs: number;
};

/**
 * Returns the range of which it is known how many events it has: down to the oldest event that was read while more exist,
 * down to `since` when all were read. `null` if nothing is known.
 */
export function getCoveredRange(coverage: Coverage): TimeRange | null {
  const { newestMs, oldestMs, hasMore, since, until, nowMs } = coverage;
  const sinceMs = parseBound(since);
  const fromMs = hasMore ? oldestMs : (sinceMs ?? oldestMs);
  if (fromMs === null) return null;
  // The future has no events, but clocks of services may be ahead.
  const toMs = Math.max(newestMs ?? fromMs, Math.min(parseUntil(until) ?? nowMs, nowMs));
  return { fromMs: Math.min(fromMs, toMs - 1), toMs };
}

/** A date covers its whole day as `until`. */
function parseUntil(bound: string | undefined): number | null {
  const timeMs = parseBound(bound);
  return timeMs !== null && /^\d{4}-\d{2}-\d{2}$/.test(bound ?? "") ? timeMs + dayMs - 1 : timeMs;
}

function parseBound(bound: string | undefined): number | null {
  const timeMs = Date.parse(bound ?? "");
  return Number.isNaN(timeMs) ? null : timeMs;
}

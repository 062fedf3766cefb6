import type { ActivityEvent } from "./event.ts";

type RecordedAt = Pick<ActivityEvent, "recorded_at">;

/** How far a writer's clock may differ from the table's before its `recorded_at` is not believed. */
export const toleratedSkewMs = 5 * 60_000;

/**
 * Milliseconds that `recorded_at` lies ahead of the time at which the table stored the event, negative where it lies
 * behind; `null` within the tolerance.
 */
export function clockSkewMs({ recorded_at }: RecordedAt, stored: Date): number | null {
  const skewMs = Date.parse(recorded_at) - stored.getTime();
  // Negated, so that a text that is no time counts as skewed.
  return !(Math.abs(skewMs) <= toleratedSkewMs) ? skewMs : null;
}

/**
 * The event with a `recorded_at` that does not depend on its writer's clock: where that is skewed, it is the time at
 * which the table stored the event. Without such a time (`null`) the event is returned as it is.
 */
export function withTrustedTime(event: ActivityEvent, stored: Date | null): ActivityEvent {
  if (stored === null || clockSkewMs(event, stored) === null) return event;
  return { ...event, recorded_at: stored.toISOString() };
}

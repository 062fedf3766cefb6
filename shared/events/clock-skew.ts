import type { ActivityEvent } from "./event.ts";

type RecordedAt = Pick<ActivityEvent, "recorded_at">;

/** The two times of an event that its writer gives. */
type WriterTimes = Pick<ActivityEvent, "recorded_at" | "occurred_at">;

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
 * The same of the two times that a writer gives. `occurred_at` may lie behind by any time, and ahead by what a tolerated
 * clock accepts; further ahead it hides every newer event.
 */
export function writerSkewMs(event: WriterTimes, stored: Date): number | null {
  const leadMs = Date.parse(event.occurred_at) - stored.getTime();
  return clockSkewMs(event, stored) ?? (leadMs > toleratedLeadMs ? leadMs : null);
}

/** How far `occurred_at` may lie ahead of a time that can be trusted: five minutes by a clock that is five ahead. */
const toleratedLeadMs = 2 * toleratedSkewMs;

/** The latest `occurred_at` that readers show at `now`: an event that is dated further ahead would hide all newer ones. */
export function latestVisibleTime(now: Date): string {
  return new Date(now.getTime() + toleratedLeadMs).toISOString();
}

/** Whether an event lies further ahead of `now` than readers show. */
export function isTooFarAhead({ occurred_at }: Pick<ActivityEvent, "occurred_at">, now: Date): boolean {
  return occurred_at > latestVisibleTime(now);
}

/** Whether an event says that it was recorded before it occurred. No writer of this log accepts such an event. */
export function isRecordedTooEarly({ recorded_at, occurred_at }: WriterTimes): boolean {
  return occurred_at > recorded_at && Date.parse(occurred_at) - Date.parse(recorded_at) > toleratedLeadMs;
}

/**
 * The event with a `recorded_at` that does not depend on its writer's clock: where that is skewed, it is the time at
 * which the table stored the event. Without such a time (`null`) the event is returned as it is.
 */
export function withTrustedTime(event: ActivityEvent, stored: Date | null): ActivityEvent {
  if (stored === null || clockSkewMs(event, stored) === null) return event;
  return { ...event, recorded_at: stored.toISOString() };
}

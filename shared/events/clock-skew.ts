import type { ActivityEvent } from "./event.ts";

type RecordedAt = Pick<ActivityEvent, "recorded_at">;

/** The two times of an event that come from its writer. */
type WriterTimes = Pick<ActivityEvent, "recorded_at" | "occurred_at">;

/** How far a writer's clock may differ from the table's before its `recorded_at` is replaced. */
export const toleratedSkewMs = 5 * 60_000;

/**
 * Returns the milliseconds by which `recorded_at` is ahead of the time when the table stored the event, negative if it
 * is behind; `null` within the tolerance.
 */
export function clockSkewMs({ recorded_at }: RecordedAt, stored: Date): number | null {
  const skewMs = Date.parse(recorded_at) - stored.getTime();
  // Negated so that an invalid time (NaN) counts as skewed.
  return !(Math.abs(skewMs) <= toleratedSkewMs) ? skewMs : null;
}

/**
 * Returns the skew of the two times from the writer: of `recorded_at`, else of `occurred_at`. That may be any time in
 * the past, but too far ahead it would hide every newer event.
 */
export function writerSkewMs(event: WriterTimes, stored: Date): number | null {
  const leadMs = Date.parse(event.occurred_at) - stored.getTime();
  return clockSkewMs(event, stored) ?? (leadMs > toleratedLeadMs ? leadMs : null);
}

/** How far `occurred_at` may be ahead of a trusted time: five minutes, by a clock that is five minutes ahead. */
const toleratedLeadMs = 2 * toleratedSkewMs;

/** Returns the latest `occurred_at` that readers show at `now`. A later event would hide all newer ones. */
export function latestVisibleTime(now: Date): string {
  return new Date(now.getTime() + toleratedLeadMs).toISOString();
}

/** Whether an event is too far ahead of `now` for readers to show it. */
export function isTooFarAhead({ occurred_at }: Pick<ActivityEvent, "occurred_at">, now: Date): boolean {
  return occurred_at > latestVisibleTime(now);
}

/** Throws if an event is too far ahead of `now`. */
export function assertNotTooFarAhead(event: Pick<ActivityEvent, "occurred_at">, now: Date): void {
  if (isTooFarAhead(event, now)) throw new Error("The event is dated in the future. Check the clock of its writer.");
}

/** Whether an event was recorded too long before it occurred. The log never accepts such an event. */
export function isRecordedTooEarly({ recorded_at, occurred_at }: WriterTimes): boolean {
  return occurred_at > recorded_at && Date.parse(occurred_at) - Date.parse(recorded_at) > toleratedLeadMs;
}

/**
 * Returns the event with a trusted `recorded_at`: if the writer's clock is skewed, the time when the table stored the
 * event. If that time is not known (`null`), the event is unchanged.
 */
export function withTrustedTime(event: ActivityEvent, stored: Date | null): ActivityEvent {
  const recorded_at = trustedRecordedAt(event, stored);
  return recorded_at === event.recorded_at ? event : { ...event, recorded_at };
}

/** Returns `recorded_at`, or the time when the table stored the event if the writer's clock is skewed. */
export function trustedRecordedAt(event: RecordedAt, stored: Date | null): string {
  return stored === null || clockSkewMs(event, stored) === null ? event.recorded_at : stored.toISOString();
}

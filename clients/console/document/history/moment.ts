import type { DocumentEvent } from "./document-event.ts";

/**
 * Returns the index of the event that `at` names: an id, or an ISO 8601 time for the last event up to it. The last event
 * for `null` and for any other text; -1 for a time before the first event, and if there are no events.
 */
export function findMoment(events: readonly DocumentEvent[], at: string | null): number {
  const last = events.length - 1;
  if (at === null) return last;
  const index = events.findIndex(({ id }) => id === at);
  if (index !== -1) return index;
  // Other texts may be dates, too, for some browsers.
  const timeMs = /^\d{4}-\d\d-\d\d/.test(at) ? Date.parse(at) : Number.NaN;
  return Number.isNaN(timeMs) ? last : events.findLastIndex(({ occurredAtMs }) => occurredAtMs <= timeMs);
}

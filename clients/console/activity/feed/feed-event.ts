import type { ActivityEvent } from "#clients/client/finzbooks/finzbooks-client.ts";
import { parseEvent } from "#clients/timeline/events/parse-event.ts";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";

/** An event as it was read. It is parsed when it is shown: a hundred thousand are held, and some dozens are seen. */
export type FeedEvent = {
  readonly id: string;
  /** Unix time in milliseconds. */
  readonly timeMs: number;
  readonly raw: ActivityEvent;
};

/** Returns the event of a response; `null` if it has no id or no time. */
export function toFeedEvent(raw: ActivityEvent): FeedEvent | null {
  const timeMs = Date.parse(raw.occurred_at);
  return typeof raw.event_id !== "string" || Number.isNaN(timeMs) ? null : { id: raw.event_id, timeMs, raw };
}

/** Returns the events of a page, without those that have no id or no time. */
export function toFeedEvents(items: readonly ActivityEvent[]): readonly FeedEvent[] {
  return items.map(toFeedEvent).filter((event) => event !== null);
}

const parsed = new WeakMap<FeedEvent, TimelineEvent>();

/** Returns an event with the fields that are shown. */
export function toTimelineEvent(event: FeedEvent): TimelineEvent {
  const known = parsed.get(event);
  if (known !== undefined) return known;
  const result = parseEvent(event.raw);
  if (result === null) throw new TypeError("The event has no id or no time.");
  parsed.set(event, result);
  return result;
}

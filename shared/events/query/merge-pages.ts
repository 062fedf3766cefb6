import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { compareNewestFirst } from "./position.ts";
import type { EventPage } from "./query.ts";

/**
 * Merges pages of several queries that began at the same position; each event appears once. A truncated page only
 * covers events up to its end, so older ones must wait for the next page.
 */
export function mergePages(pages: readonly EventPage[], limit: number): EventPage {
  const end = newestEnd(pages);
  const known = mergeEvents(pages).filter((event) => end === null || compareNewestFirst(event, end) <= 0);
  const events = known.slice(0, limit);
  return { events, next: known.length > limit ? (events.at(-1) ?? null) : end };
}

/** Returns the newest end of a truncated page; `null` if all pages are complete. */
export function newestEnd(pages: readonly EventPage[]): Position | null {
  const ends = pages.flatMap(({ next }) => (next === null ? [] : [next]));
  return ends.reduce<Position | null>(
    (newest, end) => (newest === null || compareNewestFirst(end, newest) < 0 ? end : newest),
    null,
  );
}

/** Returns the events of all pages in list order, each once. */
export function mergeEvents(pages: readonly EventPage[]): ActivityEvent[] {
  return pages
    .flatMap(({ events }) => events)
    .sort(compareNewestFirst)
    .filter((event, at, all) => {
      const before = all[at - 1];
      return before === undefined || compareNewestFirst(before, event) !== 0;
    });
}

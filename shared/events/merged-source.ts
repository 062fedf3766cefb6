import type { ActivityEvent } from "./event.ts";
import { listEvents } from "./list.ts";
import type { EventPage, EventQuery, EventReader } from "./query.ts";

export type SourcePage = Pick<EventQuery, "after" | "limit"> & { readonly since?: string };

/** Events in the order of the log, page after page. */
export type Source = { page(at: SourcePage): Promise<EventPage> };

/**
 * The union of several queries as one list, each event once. The order of events is total, so where one page of the
 * union ended is where each query goes on.
 */
export function mergedSource(reader: EventReader, queries: readonly Omit<EventQuery, "limit" | "after">[]): Source {
  return {
    async page({ after, limit, since }) {
      const pages = await Promise.all(
        queries.map((query) => {
          const from = since === undefined || since < (query.since ?? since) ? query.since : since;
          return listEvents(reader, { ...query, since: from, after, limit });
        }),
      );
      const [only] = pages;
      return only !== undefined && pages.length === 1 ? only : merged(pages, limit);
    },
  };
}

/** A page that is cut short hides what lies beyond its end: nothing older than that can be told yet. */
function merged(pages: readonly EventPage[], limit: number): EventPage {
  const ends = pages.flatMap(({ next }) => (next === null ? [] : [next]));
  const [newestEnd = null] = ends.sort(newestFirst);
  const seen = new Set<string>();
  const known = pages
    .flatMap(({ events }) => events)
    .filter((event) => newestEnd === null || newestFirst(event, newestEnd) <= 0)
    .filter((event) => !seen.has(keyOf(event)) && seen.add(keyOf(event)))
    .sort(newestFirst);
  const events = known.slice(0, limit);
  if (known.length > limit) return { events, next: events.at(-1) ?? null };
  return { events, next: newestEnd };
}

type Place = Pick<ActivityEvent, "occurred_at" | "event_id" | "entity_id">;

function keyOf({ occurred_at, event_id, entity_id }: Place): string {
  return `${occurred_at} ${event_id} ${entity_id}`;
}

function newestFirst(left: Place, right: Place): number {
  const [a, b] = [keyOf(left), keyOf(right)];
  return a < b ? 1 : a > b ? -1 : 0;
}

import { ActivityError } from "#shared/errors.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import type { EventPage, EventQuery, EventReader } from "#shared/events/query/query.ts";

/** Reads of one request before it is too broad. Each examines up to eight pages of an index. */
const maxReads = 4;

/**
 * Returns a page whose cursor names its last event. That of other pages can name an event that the conditions exclude,
 * which the limits of a viewer token must hide. Throws `ActivityError` `too_broad` if too few events match.
 */
export async function readViewerPage(reader: EventReader, query: EventQuery): Promise<EventPage> {
  let { after } = query;
  for (let read = 0; read < maxReads; read++) {
    const { events, next }: EventPage = await listEvents(reader, { ...query, after });
    if (next === null) return { events, next };
    if (events.length > 0) return { events, next: events.at(-1) ?? null };
    after = next;
  }
  throw new ActivityError(
    "too_broad",
    "Too few events match. Add a filter, for example until: the events before it are read first.",
  );
}

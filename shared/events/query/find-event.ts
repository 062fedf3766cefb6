import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { listEvents } from "./list-events.ts";
import { offsetPageBudget } from "./offset-pagination.ts";
import type { EventQuery, EventReader } from "./query.ts";

/** Events of one page: more would be cut by the bytes that a page may have, and read again. */
const pageSize = 500;

/** Reads of the store that a page far from full took: it looks at more events than it shows. */
const readsOfShortPage = 4;

/**
 * Finds the newest event with an id among those of a query; `null` if there is none. No index has the id, so this reads
 * them one by one. Throws `ActivityError` `too_broad` where it has read as many as one request may look at.
 */
export async function findEvent(
  reader: EventReader,
  query: Omit<EventQuery, "limit" | "after">,
  eventId: string,
): Promise<ActivityEvent | null> {
  let after: Position | null = null;
  for (let looked = 0, pages = 0; looked < offsetPageBudget.events && pages < offsetPageBudget.pages; ) {
    const page = await listEvents(reader, { ...query, limit: pageSize, after });
    const found = page.events.find((event) => event.event_id === eventId);
    if (found !== undefined) return found;
    if (page.next === null) return null;
    after = page.next;
    looked += page.events.length;
    pages += page.events.length < pageSize / 2 ? readsOfShortPage : 1;
  }
  const message = `The event is not among the newest of this range, of which a request reads ${offsetPageBudget.events} at most: narrow the search, for example by entity_id.`;
  throw new ActivityError("too_broad", message, { field: "event_id" });
}

import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { listEvents } from "./list-events.ts";
import { countReads, isWithinBudget, offsetPageBudget } from "./offset-scan.ts";
import type { EventQuery, EventReader } from "./query.ts";

/** Events of one page. More would exceed the size limit of a page and be read again. */
const pageSize = 500;

/**
 * Returns the newest event with an id among those of a query; `null` if no event has it. No index has the id, so all
 * are read. Throws `ActivityError` `too_broad` if the read budget of one request is used up first.
 */
export async function findEvent(
  reader: EventReader,
  query: Omit<EventQuery, "limit" | "after">,
  eventId: string,
): Promise<ActivityEvent | null> {
  let after: Position | null = null;
  let used = { events: 0, pages: 0 };
  while (isWithinBudget(used)) {
    const page = await listEvents(reader, { ...query, limit: pageSize, after });
    const found = page.events.find((event) => event.event_id === eventId);
    if (found !== undefined) return found;
    if (page.next === null) return null;
    after = page.next;
    used = { events: used.events + page.events.length, pages: used.pages + countReads(page, pageSize) };
  }
  const message = `The event is not among the newest ${offsetPageBudget.events} of this range. Narrow it, for example by entity_id.`;
  throw new ActivityError("too_broad", message, { field: "event_id" });
}

import type { ActivityEvent, Position } from "#shared/events/event.ts";
import type { EventQuery, EventReader } from "#shared/events/query/query.ts";

/** Compares positions in the order of every list, newest first: negative if the left comes first. */
export function newestFirst(left: Position, right: Position): number {
  for (const field of ["occurred_at", "event_id", "entity_id"] as const) {
    if (left[field] !== right[field]) return left[field] < right[field] ? 1 : -1;
  }
  return 0;
}

/** Whether an event matches every condition of a query. */
export function isAsked(event: ActivityEvent, query: EventQuery): boolean {
  const conditions = ["entity_type", "entity_id", "action", "actor_user_id", "contact_id", "payment_status"] as const;
  return (
    event.org_id === query.org_id &&
    conditions.every((field) => query[field] === null || query[field] === event[field]) &&
    query.visibleEntityTypes.includes(event.entity_type) &&
    event.occurred_at >= (query.since ?? event.occurred_at) &&
    event.occurred_at <= (query.until ?? event.occurred_at) &&
    (query.after === null || newestFirst(event, query.after) > 0)
  );
}

/** Creates a log in memory. Events that are added to the array later are part of it; events are never removed. */
export function memoryEvents(events: readonly ActivityEvent[]): EventReader {
  let sorted: readonly ActivityEvent[] = [];
  return {
    async readPage(query) {
      // A long log is read in many pages, so sort it only when it has grown.
      if (sorted.length !== events.length) sorted = [...events].sort(newestFirst);
      const page: ActivityEvent[] = [];
      for (const event of sorted) {
        if (!isAsked(event, query)) continue;
        if (page.length === query.limit) return { events: page, next: page.at(-1) ?? null };
        page.push(event);
      }
      return { events: page, next: null };
    },
  };
}

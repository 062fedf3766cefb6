import type { ActivityEvent, Position } from "../../shared/events/event.ts";
import type { EventQuery, EventReader } from "../../shared/events/query.ts";

/** The order of every list: newest first. Negative where the left comes first. */
export function newestFirst(left: Position, right: Position): number {
  const [a, b] = [left, right].map(({ occurred_at, event_id, entity_id }) => `${occurred_at} ${event_id} ${entity_id}`);
  return (a ?? "") < (b ?? "") ? 1 : a === b ? 0 : -1;
}

/** Whether an event meets a query, by the plain reading of each of its conditions. */
export function isAsked(event: ActivityEvent, query: EventQuery): boolean {
  const conditions = ["entity_type", "entity_id", "action", "actor_user_id", "contact_id", "settled"] as const;
  return (
    event.org_id === query.org_id &&
    conditions.every((field) => query[field] === null || query[field] === event[field]) &&
    query.visible.includes(event.entity_type) &&
    event.occurred_at >= (query.since ?? event.occurred_at) &&
    event.occurred_at <= (query.until ?? event.occurred_at) &&
    (query.after === null || newestFirst(event, query.after) > 0)
  );
}

/** A log in memory. Events that are added to the array are in it from then on. */
export function memoryEvents(events: readonly ActivityEvent[]): EventReader {
  return {
    async page(query) {
      const matching = events.filter((event) => isAsked(event, query)).sort(newestFirst);
      const page = matching.slice(0, query.limit);
      return { events: page, next: matching.length > query.limit ? (page.at(-1) ?? null) : null };
    },
  };
}

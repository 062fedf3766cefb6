import type { ActivityEvent } from "../../shared/events/event.ts";
import type { EventReader } from "../../shared/events/query.ts";

/** A log in memory. It knows the filters that a replay uses: document, time, and where to go on. */
export function memoryEvents(events: readonly ActivityEvent[]): EventReader {
  const place = ({ occurred_at, event_id }: Pick<ActivityEvent, "occurred_at" | "event_id">) =>
    `${occurred_at} ${event_id}`;
  return {
    async page({ org_id, entity_id, since, until, after, limit }) {
      const matching = events
        .filter((event) => event.org_id === org_id && (entity_id === null || event.entity_id === entity_id))
        .filter(({ occurred_at }) => occurred_at >= (since ?? occurred_at) && occurred_at <= (until ?? occurred_at))
        .filter((event) => after === null || place(event) < place(after))
        .sort((left, right) => (place(left) < place(right) ? 1 : -1));
      const page = matching.slice(0, limit);
      return { events: page, next: matching.length > limit ? (page.at(-1) ?? null) : null };
    },
  };
}

import type { ActivityEvent } from "#shared/events/event.ts";
import { type EventReader, planQuery } from "#shared/events/query/query.ts";
import { eventKey, expectedKeys } from "./query-model.ts";

const attributes = {
  timeline: "entity_id",
  by_contact: "contact_id",
  by_actor: "actor_user_id",
  by_type: "entity_type",
  paid: "payment_status",
} as const;

/**
 * Creates a reader that examines a few items of the planned index for each page, as DynamoDB does: a page ends at the
 * last examined item, even if the conditions exclude it.
 */
export function scanningReader(events: readonly ActivityEvent[], itemsPerPage: number): EventReader {
  return {
    readPage: async (query) => {
      const { index } = planQuery(query);
      const inPartition = (event: ActivityEvent) => {
        const attribute = index === "by_time" ? null : attributes[index];
        const value = attribute === null ? null : (query[attribute] ?? "paid");
        return event.org_id === query.org_id && (attribute === null || event[attribute] === value);
      };
      const start = query.after === null ? null : eventKey(query.after);
      const rest = events
        .filter(inPartition)
        .filter(({ occurred_at }) => query.since === null || occurred_at >= query.since)
        .filter(({ occurred_at }) => query.until === null || occurred_at <= query.until)
        .filter((event) => start === null || eventKey(event) < start)
        .toSorted((left, right) => (eventKey(left) < eventKey(right) ? 1 : -1));
      const examined = rest.slice(0, itemsPerPage);
      const matching = new Set(expectedKeys(examined, query));
      return {
        events: examined.filter((event) => matching.has(eventKey(event))),
        next: rest.length > examined.length ? (examined.at(-1) ?? null) : null,
      };
    },
  };
}

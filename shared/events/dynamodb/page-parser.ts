import { type DamagedItem, DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventQuery } from "#shared/events/query/query.ts";
import { knownItemKey } from "./event-query.ts";
import { type EventItem, parseListedItem } from "./parse-event-item.ts";

/** Parses the items of a page, and keeps what it left out because it was damaged. */
export class PageParser {
  readonly damaged: DamagedItem[] = [];

  /** The parser of the items of one query; it returns `null` for what the page does not show. */
  parserFor(query: EventQuery, shard: string): (item: EventItem) => ActivityEvent | null {
    const known = knownItemKey(query, shard);
    const visible: ReadonlySet<string | undefined> = new Set(query.visibleEntityTypes);
    return (item) => {
      // Also what a later version of the log may write: a kind that this one has no name for hides nothing but itself.
      if (!visible.has(item.entity_type?.S)) return null;
      try {
        return parseListedItem(item, known);
      } catch (error) {
        if (!(error instanceof DamagedItemError)) throw error;
        this.damaged.push(error.item);
        return null;
      }
    };
  }
}

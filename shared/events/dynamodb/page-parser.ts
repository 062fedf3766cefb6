import { type DamagedItem, DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventQuery } from "#shared/events/query/query.ts";
import { knownItemKey } from "./event-query.ts";
import { type EventItem, parseListedItem } from "./parse-event-item.ts";

/** Parses the items of a page, and collects the damaged ones that it skipped. */
export class PageParser {
  readonly damaged: DamagedItem[] = [];

  /** Returns the parser for the items of a query. It returns `null` for items that the page does not show. */
  parserFor(query: EventQuery, shard: string): (item: EventItem) => ActivityEvent | null {
    const known = knownItemKey(query, shard);
    const visible: ReadonlySet<string | undefined> = new Set(query.visibleEntityTypes);
    return (item) => {
      // Also skips entity types of a later release.
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

import { listEvents } from "./list-events.ts";
import { mergePages } from "./merge-pages.ts";
import type { EventPage, EventQuery, EventReader } from "./query.ts";

export type PageRange = Pick<EventQuery, "after" | "limit"> & { readonly since?: string };

/** A list of events in the order of the log, read in pages. */
export type MergedQuery = { readPage(at: PageRange): Promise<EventPage> };

/**
 * Returns the union of several queries as one list, with each event once. The order of events is total, so each query
 * can continue from the end of a page of the union.
 */
export function mergeQueries(
  reader: EventReader,
  queries: readonly Omit<EventQuery, "limit" | "after">[],
): MergedQuery {
  return {
    async readPage({ after, limit, since }) {
      const pages = await Promise.all(
        queries.map((query) => {
          const from = since === undefined || since < (query.since ?? since) ? query.since : since;
          return listEvents(reader, { ...query, since: from, after, limit });
        }),
      );
      const [only] = pages;
      return only !== undefined && pages.length === 1 ? only : mergePages(pages, limit);
    },
  };
}

import { listEvents } from "./list-events.ts";
import { mergePages } from "./merge-pages.ts";
import type { EventPage, EventQuery, EventReader } from "./query.ts";

export type PageRange = Pick<EventQuery, "after" | "limit"> & { readonly since?: string };

/** Events in the order of the log, page after page. */
export type MergedQuery = { readPage(at: PageRange): Promise<EventPage> };

/**
 * The union of several queries as one list, each event once. The order of events is total, so where one page of the
 * union ended is where each query goes on.
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

import type { ActivityEvent, ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { List } from "#clients/client/http/page.ts";
import type { ConditionalOptions } from "#clients/client/http/request.ts";
import { type FeedEvent, toFeedEvents } from "./feed-event.ts";

/** The pages that are read after the first one before it gives up. */
const maxFurtherPages = 10;

const furtherPageSize = 500;

export type NewEvents = {
  /** Newest first; also those of the last page that were known. */
  readonly events: readonly FeedEvent[];
  readonly etag: string | null;
  /** The page where the events between these and the known ones begin; `null` if no event is between them. */
  readonly next: ActivityParams | null;
};

/**
 * Reads the newest events page by page, until a page ends with an event that `isReached` accepts: the rest is known. Returns
 * `null` if nothing has changed since `ifNoneMatch`. Throws `ActivityLogError`.
 */
export async function readNewEvents(
  activity: List<ActivityEvent, ActivityParams>,
  params: ActivityParams,
  options: ConditionalOptions,
  isReached: (event: FeedEvent) => boolean,
): Promise<NewEvents | null> {
  const first = await activity.list(params, options);
  if (first === null) return null;
  let page = first;
  const { signal } = options;
  const events = [...toFeedEvents(first.items)];
  for (let pages = 0; page.next !== null; pages++) {
    const last = events.at(-1);
    if (last !== undefined && isReached(last)) break;
    if (pages === maxFurtherPages) return { events, etag: first.etag, next: page.next };
    page = await activity.list({ ...page.next, limit: furtherPageSize }, { signal });
    events.push(...toFeedEvents(page.items));
  }
  return { events, etag: first.etag, next: null };
}

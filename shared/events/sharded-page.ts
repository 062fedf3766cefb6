import type { ActivityEvent, Position } from "./event.ts";
import { eventsOf, mergePages } from "./merged-pages.ts";
import { newestFirst } from "./order.ts";
import type { EventPage, EventQuery } from "./query.ts";

/** Reads on in one shard: what matches among so many events after a position. */
export type ShardReader = (after: Position | null, size: number) => Promise<EventPage>;

export type ShardBudget = {
  /** Reads of a shard one after another; the shards are read at the same time. */
  readonly reads: number;
  /** Events that one read of all shards looks at, at most. */
  readonly items: number;
  /** Whether an answer can hold no more than these events. */
  isFull(events: readonly ActivityEvent[]): boolean;
};

/**
 * Reads one page from all shards of an organisation and merges them in the order of the log. Each shard is asked for its
 * share of the page; those that run out are read further. May return fewer events than asked for, with more behind.
 */
export async function readShardedPage(
  shards: readonly ShardReader[],
  { after, limit }: Pick<EventQuery, "after" | "limit">,
  budget: ShardBudget,
): Promise<EventPage> {
  let size = shareOf(limit + 1, shards.length);
  let parts = await Promise.all(shards.map((read) => read(after, size)));
  const most = Math.max(size, Math.ceil(budget.items / shards.length));
  for (let reads = 1; reads < budget.reads; reads++) {
    const behind = unfinished(parts, limit);
    if (behind.size === 0 || budget.isFull(mergePages(parts, limit).events)) break;
    size = Math.min(size * 4, most);
    parts = await Promise.all(
      parts.map(async (part, at) => {
        const read = shards[at];
        return read !== undefined && behind.has(part) ? joined(part, await read(part.next, size)) : part;
      }),
    );
  }
  return mergePages(parts, limit);
}

/**
 * Returns how much to read of each shard for so many events in all. Events fall into shards at random: with two standard
 * deviations above the mean, one page in four of 16 shards takes another read, mostly of one shard.
 */
export function shareOf(events: number, shards: number): number {
  const mean = events / shards;
  return Math.min(events, Math.ceil(mean + 2 * Math.sqrt(mean)));
}

/** Returns the parts that may hide one of the first `limit` events, or the one after them. */
function unfinished(parts: readonly EventPage[], limit: number): Set<EventPage> {
  const last = eventsOf(parts)[limit];
  return new Set(parts.filter(({ next }) => next !== null && (last === undefined || newestFirst(next, last) < 0)));
}

function joined(part: EventPage, further: EventPage): EventPage {
  return { events: [...part.events, ...further.events], next: further.next };
}

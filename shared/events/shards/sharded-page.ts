import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { mergeEvents, mergePages } from "#shared/events/query/merge-pages.ts";
import { compareNewestFirst } from "#shared/events/query/position.ts";
import type { EventPage, EventQuery } from "#shared/events/query/query.ts";

/** Reads on in one shard: what matches among so many events after a position. */
export type ShardReader = (after: Position | null, size: number) => Promise<EventPage>;

export type ShardedPageBudget = {
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
  budget: ShardedPageBudget,
): Promise<EventPage> {
  // What this round would read if there were one shard only: a history in few shards takes no more rounds than that.
  let whole = limit + 1;
  /** Of each shard that is still behind, in all rounds: such a shard was behind in every one of them. */
  let asked = readSizePerShard(whole, shards.length);
  let parts = await Promise.all(shards.map((read) => read(after, asked)));
  let page = mergePages(parts, limit);
  for (let reads = 1; reads < budget.reads; reads++) {
    const behind = unfinished(parts, limit);
    if (behind.size === 0 || budget.isFull(page.events)) break;
    whole = Math.min(whole * 4, budget.items);
    const missing = (limit + 1 - page.events.length) / matchRate(behind, asked);
    // If one more round did not do, few of the shards hold what is missing: each is asked for more than all of it.
    const wanted = Math.min(whole, Math.ceil(missing * (4 * behind.size) ** (reads - 1)));
    const size = Math.min(readSizePerShard(wanted, behind.size), Math.ceil(budget.items / behind.size));
    asked += size;
    parts = await Promise.all(
      parts.map(async (part, at) => {
        const read = shards[at];
        return read !== undefined && behind.has(part) ? joined(part, await read(part.next, size)) : part;
      }),
    );
    page = mergePages(parts, limit);
  }
  return page;
}

/**
 * Returns how much to read of each shard for so many events in all: the mean and two standard deviations, since events
 * fall into shards at random. ADR 37 says how many pages take a second round.
 */
export function readSizePerShard(events: number, shards: number): number {
  const mean = events / shards;
  return Math.min(events, Math.ceil(mean + 2 * Math.sqrt(mean)));
}

/**
 * Returns which part of the events matched, in shards that were asked for as many each and have more; 0 if that is less
 * than half: matches are rare then, and no size is too large.
 */
function matchRate(parts: ReadonlySet<EventPage>, asked: number): number {
  const found = [...parts].reduce((sum, { events }) => sum + events.length, 0);
  const rate = found / (asked * parts.size);
  return rate < 0.5 ? 0 : rate;
}

/** Returns the parts that may hide one of the first `limit` events, or the one after them. */
function unfinished(parts: readonly EventPage[], limit: number): Set<EventPage> {
  const last = mergeEvents(parts)[limit];
  return new Set(
    parts.filter(({ next }) => next !== null && (last === undefined || compareNewestFirst(next, last) < 0)),
  );
}

function joined(part: EventPage, further: EventPage): EventPage {
  return { events: [...part.events, ...further.events], next: further.next };
}

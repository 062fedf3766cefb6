import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { mergeEvents, mergePages } from "#shared/events/query/merge-pages.ts";
import { compareNewestFirst } from "#shared/events/query/position.ts";
import type { EventPage, EventQuery } from "#shared/events/query/query.ts";

/** Reads `size` events of one shard after a position and returns those that match. */
export type ShardReader = (after: Position | null, size: number) => Promise<EventPage>;

export type ShardedPageBudget = {
  /** Sequential reads of one shard; the shards are read concurrently. */
  readonly reads: number;
  /** Maximum number of events that one round reads in all shards. */
  readonly items: number;
  /** Whether a response cannot contain more than these events. */
  isFull(events: readonly ActivityEvent[]): boolean;
};

/**
 * Reads one page from all shards of an organisation and merges it in the order of the log. The first round reads the
 * share of each shard, further rounds read shards that ran out. May return fewer events than `limit` although more
 * follow.
 */
export async function readShardedPage(
  shards: readonly ShardReader[],
  { after, limit }: Pick<EventQuery, "after" | "limit">,
  budget: ShardedPageBudget,
): Promise<EventPage> {
  // What this round would read of a single shard: a history in few shards must not take more rounds than that.
  let whole = limit + 1;
  /** Events read so far of each shard that is still behind, which has been behind in every round. */
  let asked = readSizePerShard(whole, shards.length);
  let parts = await Promise.all(shards.map((read) => read(after, asked)));
  let page = mergePages(parts, limit);
  for (let reads = 1; reads < budget.reads; reads++) {
    const behind = unfinished(parts, limit);
    if (behind.size === 0 || budget.isFull(page.events)) break;
    whole = Math.min(whole * 4, budget.items);
    const missing = (limit + 1 - page.events.length) / matchRate(behind, asked);
    // If one more round was not enough, the missing events are in few shards, so ask each for more than all of them.
    const target = Math.min(whole, Math.ceil(missing * (4 * behind.size) ** (reads - 1)));
    const size = Math.min(readSizePerShard(target, behind.size), Math.ceil(budget.items / behind.size));
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
 * Returns how much to read of each shard to get so many events in total: the mean plus two standard deviations, since
 * events are spread at random. ADR 37 says how many pages take a second round.
 */
export function readSizePerShard(events: number, shards: number): number {
  const mean = events / shards;
  return Math.min(events, Math.ceil(mean + 2 * Math.sqrt(mean)));
}

/**
 * Returns the fraction of events that matched in shards that are behind, each of which read `asked` events; 0 if it is
 * below half: matches are then so rare that no size is too large.
 */
function matchRate(parts: ReadonlySet<EventPage>, asked: number): number {
  const found = [...parts].reduce((sum, { events }) => sum + events.length, 0);
  const rate = found / (asked * parts.size);
  return rate < 0.5 ? 0 : rate;
}

/** Returns the parts that may still have one of the first `limit` events, or the next one. */
function unfinished(parts: readonly EventPage[], limit: number): Set<EventPage> {
  const last = mergeEvents(parts)[limit];
  return new Set(
    parts.filter(({ next }) => next !== null && (last === undefined || compareNewestFirst(next, last) < 0)),
  );
}

function joined(part: EventPage, further: EventPage): EventPage {
  return { events: [...part.events, ...further.events], next: further.next };
}

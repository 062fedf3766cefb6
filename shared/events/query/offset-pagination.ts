import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { type MergedQuery, mergeQueries } from "./merge-queries.ts";
import { compareNewestFirst } from "./order.ts";
import { onlyPosition } from "./position.ts";
import type { EventPage, EventQuery, EventReader } from "./query.ts";

/** A list that is paged by number: what it reads, and what of that belongs to it. */
export type ListQuery = {
  /** What one index answers, or the union of several. */
  readonly queries: readonly Omit<EventQuery, "limit" | "after">[];
  /** Conditions that no index answers; `null` where there are none. */
  readonly matches: ((event: ActivityEvent) => boolean) | null;
  readonly org_id: string;
  /** Tells this list from every other of the organisation. */
  readonly name: string;
};

/** Where a list goes on after so many of its events, as of the time when `head` was the newest in it. */
export type PageCheckpoint = { readonly offset: number; readonly after: Position; readonly head: Position };

/** The name of a list, from all that tells it from others. */
export function hashListName(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}

/** Places of lists, remembered for some minutes. Forgetting one costs time, never an event. */
export type PageCheckpointStore = {
  /** The places of a list up to an offset, the furthest first. */
  listUpTo(
    list: Pick<ListQuery, "org_id" | "name">,
    offset: number,
    count: number,
    now: Date,
  ): Promise<readonly PageCheckpoint[]>;
  put(list: Pick<ListQuery, "org_id" | "name">, place: PageCheckpoint, now: Date): Promise<void>;
};

export type OffsetPaginationPorts = {
  readonly events: EventReader;
  readonly checkpoints: PageCheckpointStore;
  readonly now: () => Date;
};

export type OffsetPage = {
  readonly events: readonly ActivityEvent[];
  /** Remembers where this window ended, for the one after it. To be called once the caller proved to be allowed. */
  remember(): Promise<void>;
};

/** Events that one request looks at, and pages that it reads for them, before it gives up. */
export const offsetPageBudget = { events: 25_000, pages: 60 } as const;

/** Events of one read at most: what DynamoDB gives at once, and well below what a page may weigh. */
const largestRead = 500;

/** New events that a remembered place may be behind. */
const newestCounted = 500;

/** Places that are looked at: a place that new events have moved beyond the offset is of no use, the one before is. */
const placesAsked = 5;

type Start = { readonly offset: number; readonly after: Position | null };

const beginning: Start = { offset: 0, after: null };

/**
 * The events from `skip` to `skip + take` of a list, newest first; fewer only at its end. Goes on from the nearest place
 * that is remembered, moved by what is new since. Throws `ActivityError` `unavailable` where a window is too far from
 * any place for one request (a repeat gets further), and `too_broad` where conditions match too few events.
 */
export async function readOffsetPage(
  { events: reader, checkpoints: places, now }: OffsetPaginationPorts,
  list: ListQuery,
  { skip, take }: { readonly skip: number; readonly take: number },
): Promise<OffsetPage> {
  const source = mergeQueries(reader, list.queries);
  const matches = list.matches ?? (() => true);
  const end = skip + take;
  // Lists that are walked in other steps are other lists: their places may be of another time.
  const walk = { org_id: list.org_id, name: `${list.name}.${take}.${skip % take}` };
  const known = skip === 0 ? [] : await places.listUpTo(walk, end, placesAsked, now());
  // The page after the first is near enough to the beginning, where nothing can have moved.
  const reachable = skip <= take ? [] : known.filter((place) => place.offset <= skip);
  // A walk stands here. What came in with an old date since an earlier place was remembered must not carry it beyond.
  const walked = known.find((place) => place.offset === skip)?.after ?? null;

  // The furthest place most often still holds: it is read from while the newest event tells whether it does.
  const [guess] = reachable;
  const size = (from: number) => Math.min(end - from, largestRead);
  const [newest, ahead] = await Promise.all([
    skip === 0 ? null : source.readPage({ after: null, limit: 1 }),
    guess === undefined ? null : source.readPage({ after: guess.after, limit: size(guess.offset) }),
  ]);
  let head = newest === null ? null : newestOf(newest);
  const furthest = await startFrom(source, matches, { reachable, head, skip });
  const start = walked === null ? furthest : notBeyond(walked, furthest, skip);

  const events: ActivityEvent[] = [];
  let { offset, after } = start;
  /** The furthest that was read without a part of the window itself. */
  let before: Start = start;
  let limit = size(offset);
  let page = start === guess && ahead !== null ? ahead : await source.readPage({ after, limit });
  if (after === null) head ??= newestOf(page);
  for (let looked = 0, pages = 0; ; page = await source.readPage({ after, limit })) {
    for (const [at, event] of page.events.entries()) {
      if (matches(event)) {
        offset += 1;
        if (offset > skip) events.push(event);
      }
      if (walked !== null && offset < skip && isSamePosition(event, walked)) offset = skip;
      if (events.length < take) continue;
      const isLast = page.next === null && at === page.events.length - 1;
      if (skip === 0 || isLast || head === null) return { events, remember: async () => undefined };
      const place = { offset, after: onlyPosition(event), head: onlyPosition(head) };
      const isKnown = known.some((other) => isSamePlace(other, place));
      return { events, remember: async () => (isKnown ? undefined : remembering(places.put(walk, place, now()))) };
    }
    if (page.next === null) return { events, remember: async () => undefined };
    after = page.next;
    if (offset <= skip) before = { offset, after };
    looked += page.events.length;
    // A page that is far from full though more follows took several reads.
    pages += page.events.length < limit / 2 ? 4 : 1;
    if (looked >= offsetPageBudget.events || pages >= offsetPageBudget.pages) {
      // Only where a repeat starts further on is it worth asking for one.
      if (skip <= take || before.after === null || before.offset === start.offset || head === null) throw tooBroad();
      const { offset: reached, after: from } = before;
      await remembering(places.put(walk, { offset: reached, after: from, head: onlyPosition(head) }, now()));
      throw new ActivityError("unavailable", "This page is far from any that was read lately: ask again.", {
        retryAfter: 1,
      });
    }
    limit = list.matches === null ? size(offset) : Math.min(limit * 4, largestRead);
  }
}

/** The furthest start that does not lie beyond `skip`, however many new events have moved the list since. */
async function startFrom(
  source: MergedQuery,
  matches: (event: ActivityEvent) => boolean,
  { reachable, head, skip }: { reachable: readonly PageCheckpoint[]; head: Position | null; skip: number },
): Promise<Start> {
  const [furthest] = reachable;
  if (furthest === undefined || head === null) return beginning;
  if (isSamePosition(furthest.head, head)) return furthest;
  const [since = ""] = reachable.map((place) => place.head.occurred_at).sort();
  const newer = await source.readPage({ after: null, limit: newestCounted, since });
  for (const place of reachable) {
    const end = newer.events.findIndex((event) => isSamePosition(event, place.head));
    if (end === -1) continue;
    const offset = place.offset + newer.events.slice(0, end).filter(matches).length;
    if (offset <= skip) return { offset, after: place.after };
  }
  return beginning;
}

/**
 * The start, or where the walk ended if the start lies there or beyond: events with old dates that came in before a
 * place move it, and are not counted.
 */
function notBeyond(walked: Position, start: Start, skip: number): Start {
  const order = start.after === null ? -1 : compareNewestFirst(start.after, walked);
  if (order < 0 || (order === 0 && start.offset === skip)) return start;
  return { offset: skip, after: walked };
}

/** A store that is busy only costs the next page some time. */
async function remembering(put: Promise<void>): Promise<void> {
  await put.catch((error: unknown) => {
    if (!(error instanceof ActivityError && error.code === "unavailable")) throw error;
  });
}

/** Where so few events are wanted that a read found none, how far it got says as well whether anything is new. */
function newestOf({ events, next }: EventPage): Position | null {
  return events[0] ?? next;
}

function isSamePosition(left: Position, right: Position): boolean {
  return (
    left.event_id === right.event_id && left.occurred_at === right.occurred_at && left.entity_id === right.entity_id
  );
}

function isSamePlace(left: PageCheckpoint, right: PageCheckpoint): boolean {
  return (
    left.offset === right.offset && isSamePosition(left.after, right.after) && isSamePosition(left.head, right.head)
  );
}

function tooBroad(): ActivityError {
  const message = `Too few of the last ${offsetPageBudget.events} events match: narrow the search, for example by date.`;
  return new ActivityError("too_broad", message);
}

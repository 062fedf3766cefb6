import { createHash } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { type MergedQuery, mergeQueries } from "./merge-queries.ts";
import {
  createOffsetScan,
  type OffsetScan,
  type OffsetWindow,
  offsetPageBudget,
  readSize,
  type ScanStart,
  scanPage,
} from "./offset-scan.ts";
import {
  isSameCheckpoint,
  type NewPageCheckpoint,
  type PageCheckpoint,
  type PageCheckpointStore,
  type PagedList,
  savePageCheckpoint,
} from "./page-checkpoint.ts";
import { compareNewestFirst, isSamePosition, onlyPosition } from "./position.ts";
import type { EventPage, EventQuery, EventReader } from "./query.ts";

/** A list that is paged by offset: the queries that read it, and which of their events belong to it. */
export type ListQuery = {
  /** Each is answered by one index; the list is their union. */
  readonly queries: readonly Omit<EventQuery, "limit" | "after">[];
  /** Conditions that no index evaluates; `null` if every event of the queries belongs to the list. */
  readonly matches: ((event: ActivityEvent) => boolean) | null;
  readonly org_id: string;
  /** Identifies this list within the organisation. */
  readonly listKey: string;
};

/** Returns the key of a list: a hash of everything that distinguishes it from others. */
export function hashListKey(...parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);
}

export type OffsetPaginationPorts = {
  readonly events: EventReader;
  readonly checkpoints: PageCheckpointStore;
  readonly now: () => Date;
};

export type OffsetPage = {
  readonly events: readonly ActivityEvent[];
  /** Where the next page starts, to be saved once the caller is authorized; `null` if that is known or not needed. */
  readonly checkpoint: NewPageCheckpoint | null;
};

/** Newer events that are counted to find how far a checkpoint has moved. */
const maxNewerEvents = 500;

/** How many checkpoints to try: new events may have pushed the nearest past the requested offset. */
const maxCheckpoints = 5;

const beginning: ScanStart = { offset: 0, after: null };

/**
 * Returns the events from `skip` to `skip + take` of a list, newest first; fewer only at its end. Starts at the nearest
 * checkpoint, moved by the events since. Throws `ActivityError` `unavailable` if the page is too far from any
 * checkpoint for one request (a retry gets further), and `too_broad` if too few events match.
 */
export async function readOffsetPage(
  ports: OffsetPaginationPorts,
  list: ListQuery,
  { skip, take }: { readonly skip: number; readonly take: number },
): Promise<OffsetPage> {
  const source = mergeQueries(ports.events, list.queries);
  const window = { skip, take, matches: list.matches };
  // Pages of another size or alignment are another list, since their checkpoints may be of another time.
  const pagedList = { org_id: list.org_id, listKey: `${list.listKey}.${take}.${skip % take}` };
  const known =
    skip === 0 ? [] : await ports.checkpoints.findNearest(pagedList, skip + take, maxCheckpoints, ports.now());
  const { start, previousEnd, head, firstPage } = await seek(source, window, known);

  let scan = scanPage(createOffsetScan(window, start, previousEnd), firstPage);
  while (scan.status === "reading") {
    scan = scanPage(scan, await source.readPage({ after: scan.after, limit: scan.limit }));
  }
  if (scan.status === "exhausted") {
    const checkpoint = retryCheckpoint(scan, start, head);
    if (checkpoint === null) throw tooBroadError();
    await savePageCheckpoint(ports, { list: pagedList, checkpoint });
    throw tooFarError();
  }
  return { events: scan.events, checkpoint: nextPageCheckpoint(scan, { list: pagedList, known, head }) };
}

/** Where a scan starts, and the page that was read there. */
type Seek = {
  readonly start: ScanStart;
  readonly firstPage: EventPage;
  /** Where the previous page of the client ended, if a checkpoint says so. */
  readonly previousEnd: Position | null;
  /** The newest event of the list; `null` if the list is empty or its first page was requested. */
  readonly head: Position | null;
};

/** Chooses where to start and reads the first page. The farthest checkpoint is read while it is being validated. */
async function seek(source: MergedQuery, window: OffsetWindow, known: readonly PageCheckpoint[]): Promise<Seek> {
  const { skip, take } = window;
  // The second page is near enough to the beginning, which never moves.
  const reachable = skip <= take ? [] : known.filter(({ offset }) => offset <= skip);
  // A client pages on from here. Backdated events that arrived since an earlier checkpoint must not make it skip any.
  const previousEnd = known.find(({ offset }) => offset === skip)?.after ?? null;
  const read = ({ offset, after }: ScanStart) => source.readPage({ after, limit: readSize(window, offset) });

  // The farthest checkpoint is usually still valid.
  const [farthest] = reachable;
  const [newest, aheadOfTime] = await Promise.all([
    skip === 0 ? null : source.readPage({ after: null, limit: 1 }),
    farthest === undefined ? null : read(farthest),
  ]);
  const head = newest === null ? null : newestOf(newest);
  const valid = head === null ? beginning : await findStart(source, window, { reachable, head });
  const start = previousEnd === null ? valid : notBeyond(previousEnd, valid, skip);
  const firstPage = start === farthest && aheadOfTime !== null ? aheadOfTime : await read(start);
  return { start, firstPage, previousEnd, head: head ?? (start.after === null ? newestOf(firstPage) : null) };
}

/** Returns the farthest checkpoint that is not beyond `skip`, with its offset of today; the beginning if none is. */
async function findStart(
  source: MergedQuery,
  { matches, skip }: OffsetWindow,
  { reachable, head }: { readonly reachable: readonly PageCheckpoint[]; readonly head: Position },
): Promise<ScanStart> {
  const [farthest] = reachable;
  if (farthest === undefined) return beginning;
  if (isSamePosition(farthest.head, head)) return farthest;
  const [since = ""] = reachable.map((checkpoint) => checkpoint.head.occurred_at).sort();
  const newer = await source.readPage({ after: null, limit: maxNewerEvents, since });
  for (const checkpoint of reachable) {
    const end = newer.events.findIndex((event) => isSamePosition(event, checkpoint.head));
    if (end === -1) continue;
    const offset = checkpoint.offset + newer.events.slice(0, end).filter(matches ?? (() => true)).length;
    if (offset <= skip) return { offset, after: checkpoint.after };
  }
  return beginning;
}

/**
 * Returns `start`, or where the previous page ended if `start` is there or beyond: backdated events before a checkpoint
 * move it, and are not counted.
 */
function notBeyond(previousEnd: Position, start: ScanStart, skip: number): ScanStart {
  const order = start.after === null ? -1 : compareNewestFirst(start.after, previousEnd);
  if (order < 0 || (order === 0 && start.offset === skip)) return start;
  return { offset: skip, after: previousEnd };
}

/** Returns the newest event of a page; where the read ended if it found none, since that moves with new events, too. */
function newestOf({ events, next }: EventPage): Position | null {
  return events[0] ?? next;
}

/** Returns the checkpoint for the page after a complete scan; `null` if the list ends there or the store has it. */
function nextPageCheckpoint(
  { status, window, offset, after }: OffsetScan,
  { list, known, head }: { list: PagedList; known: readonly PageCheckpoint[]; head: Position | null },
): NewPageCheckpoint | null {
  if (status !== "full" || window.skip === 0 || head === null || after === null) return null;
  const checkpoint = { offset, after, head: onlyPosition(head) };
  return known.some((other) => isSameCheckpoint(other, checkpoint)) ? null : { list, checkpoint };
}

/** Returns the checkpoint for a retry of a scan that used up its budget; `null` if a retry would get no further. */
function retryCheckpoint(
  { window, resumeFrom }: OffsetScan,
  start: ScanStart,
  head: Position | null,
): PageCheckpoint | null {
  const { offset, after } = resumeFrom;
  if (window.skip <= window.take || after === null || offset === start.offset || head === null) return null;
  return { offset, after, head: onlyPosition(head) };
}

function tooBroadError(): ActivityError {
  const message = `Too few of the last ${offsetPageBudget.events} events match: narrow the search, for example by date.`;
  return new ActivityError("too_broad", message);
}

function tooFarError(): ActivityError {
  const message = "This page is too far from the pages requested recently. Retry, or request pages in order.";
  return new ActivityError("unavailable", message, { retryAfter: 1 });
}

import type { ActivityEvent, Position } from "#shared/events/event.ts";
import { isSamePosition, onlyPosition } from "./position.ts";
import type { EventPage } from "./query.ts";

/** What one request reads at most before it gives up. */
export const offsetPageBudget = { events: 25_000, pages: 60 } as const;

/** Events of one read at most: what DynamoDB returns in one call, and well below the size limit of a page. */
const maxReadSize = 500;

/** What a page that is less than half full counts for: the store looked at more events than it returned. */
const readsOfShortPage = 4;

/** A position in a list and the number of events before it. `after` is `null` at the beginning. */
export type ScanStart = { readonly offset: number; readonly after: Position | null };

/** The events of a list that a request asks for: `take` of them, after `skip` others. */
export type OffsetWindow = {
  readonly skip: number;
  readonly take: number;
  /** Conditions that no index evaluates; `null` if every event that is read belongs to the list. */
  readonly matches: ((event: ActivityEvent) => boolean) | null;
};

/** Progress of a scan after some pages. Each page makes a new one (`scanPage`). */
export type OffsetScan = ScanStart & {
  /** `full`: the window is complete and more events follow. `ended`: the list ends here. `exhausted`: the budget is. */
  readonly status: "reading" | "full" | "ended" | "exhausted";
  readonly window: OffsetWindow;
  /** Where the previous page of the client ended, which has the offset `skip`; `null` if unknown. */
  readonly previousEnd: Position | null;
  /** The events of the window so far. */
  readonly events: readonly ActivityEvent[];
  /** How many events to read next. */
  readonly limit: number;
  /** The last position before the window, from which a retry can start. */
  readonly resumeFrom: ScanStart;
  readonly used: { readonly events: number; readonly pages: number };
};

/** Creates a scan that has read nothing yet. */
export function createOffsetScan(
  window: OffsetWindow,
  { offset, after }: ScanStart,
  previousEnd: Position | null,
): OffsetScan {
  return {
    status: "reading",
    window,
    previousEnd,
    offset,
    after,
    events: [],
    limit: readSize(window, offset),
    resumeFrom: { offset, after },
    used: { events: 0, pages: 0 },
  };
}

/** Returns the scan after its next page. */
export function scanPage(scan: OffsetScan, page: EventPage): OffsetScan {
  const { window } = scan;
  const { events, offset, last } = collectEvents(scan, page);
  if (last !== null) {
    const isEnd = page.next === null && last === page.events.at(-1);
    return { ...scan, status: isEnd ? "ended" : "full", events, offset, after: onlyPosition(last) };
  }
  if (page.next === null) return { ...scan, status: "ended", events, offset };
  const used = {
    events: scan.used.events + page.events.length,
    pages: scan.used.pages + countReads(page, scan.limit),
  };
  return {
    ...scan,
    status: isWithinBudget(used) ? "reading" : "exhausted",
    events,
    offset,
    after: page.next,
    limit: window.matches === null ? readSize(window, offset) : Math.min(scan.limit * 4, maxReadSize),
    resumeFrom: offset <= window.skip ? { offset, after: page.next } : scan.resumeFrom,
    used,
  };
}

/** Returns how many events to read from an offset: to the end of the window, within the limit of one read. */
export function readSize({ skip, take }: OffsetWindow, offset: number): number {
  return Math.min(skip + take - offset, maxReadSize);
}

/** Returns how many reads of the store a page counts for. */
export function countReads({ events }: EventPage, limit: number): number {
  return events.length < limit / 2 ? readsOfShortPage : 1;
}

/** Whether a request that has read this much may read another page. */
export function isWithinBudget({ events, pages }: OffsetScan["used"]): boolean {
  return events < offsetPageBudget.events && pages < offsetPageBudget.pages;
}

/**
 * Counts the events of a page and adds those in the window. `last` is the event that completes it; `null` if none does.
 */
function collectEvents({ window, previousEnd, ...scan }: OffsetScan, page: EventPage) {
  const { skip, take, matches } = window;
  const events = [...scan.events];
  let { offset } = scan;
  for (const event of page.events) {
    if (matches === null || matches(event)) {
      offset += 1;
      if (offset > skip) events.push(event);
    }
    if (previousEnd !== null && offset < skip && isSamePosition(event, previousEnd)) offset = skip;
    if (events.length >= take) return { events, offset, last: event };
  }
  return { events, offset, last: null };
}

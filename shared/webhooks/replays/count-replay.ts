import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { ReplayCursor } from "./replay.ts";
import { type ReplayPage, type ReplayRange, type ReplaySelectionPorts, selectForReplay } from "./replay-selection.ts";

/** Keeps a count within the timeout of a request. */
const maxPagesPerRequest = 20;

export type ReplayCount = {
  /** Deliveries that the replay would send, among the examined events. */
  readonly count: number;
  readonly examined: number;
  /** `false` if only the newest part of the range was examined. */
  readonly complete: boolean;
};

/** Counts the deliveries of a replay without sending them. */
export async function countReplay(
  log: ReplaySelectionPorts,
  endpoint: Endpoint,
  range: ReplayRange,
  now: Date,
  maxPages = maxPagesPerRequest,
): Promise<ReplayCount> {
  let count = 0;
  let examined = 0;
  let cursor: ReplayCursor | null = null;
  for (let pages = 0; pages < maxPages; pages++) {
    const page: ReplayPage = await selectForReplay(log, endpoint, range, cursor, now);
    count += page.selected.length;
    examined += page.examined;
    if (page.next === null) return { count, examined, complete: true };
    cursor = page.next;
  }
  return { count, examined, complete: false };
}

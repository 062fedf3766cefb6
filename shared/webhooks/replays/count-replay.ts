import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { ReplayPlace } from "./replay.ts";
import { type ReplayLog, type ReplayPage, type ReplayRange, selectForReplay } from "./replay-selection.ts";

/** Pages of the log that a count reads at most, which keeps it within the time of a request. */
const maxPagesOfRequest = 20;

export type ReplayCount = {
  /** Deliveries that the replay would send, of the events examined. */
  readonly count: number;
  readonly examined: number;
  /** Whether the whole range was examined; else the count is of its newest part. */
  readonly complete: boolean;
};

/** Counts what a replay would send, and sends nothing. */
export async function countReplay(
  log: ReplayLog,
  endpoint: Endpoint,
  range: ReplayRange,
  now: Date,
  maxPages = maxPagesOfRequest,
): Promise<ReplayCount> {
  let [count, examined] = [0, 0];
  let place: ReplayPlace | null = null;
  for (let read = 0; read < maxPages; read++) {
    const page: ReplayPage = await selectForReplay(log, endpoint, range, place, now);
    count += page.selected.length;
    examined += page.examined;
    if (page.next === null) return { count, examined, complete: true };
    place = page.next;
  }
  return { count, examined, complete: false };
}

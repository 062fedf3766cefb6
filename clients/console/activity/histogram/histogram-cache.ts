import type { FeedState } from "#clients/console/activity/feed/activity-feed.ts";
import type { ActivityFilters } from "#clients/console/activity/filters/activity-filters.ts";
import { locale } from "#clients/console/ui/locale.ts";
import { createHistogram, type Histogram } from "./buckets.ts";
import { getCoveredRange } from "./covered-range.ts";
import { createZonedTime } from "./zoned-time.ts";

/** Keeps the histogram while the events are the same: the page is rendered more often. */
export class HistogramCache {
  readonly #zone = createZonedTime(new Intl.DateTimeFormat(locale).resolvedOptions().timeZone);
  #key: readonly unknown[] = [];
  #histogram: Histogram | null = null;

  get({ events, hasMore }: FeedState, { since, until }: ActivityFilters, nowMs: number): Histogram | null {
    const key = [events, events.length, hasMore, since, until];
    if (key.every((part, index) => part === this.#key[index])) return this.#histogram;
    this.#key = key;
    const newestMs = events[0]?.timeMs ?? null;
    const oldestMs = events.at(-1)?.timeMs ?? null;
    const range = getCoveredRange({ newestMs, oldestMs, hasMore, since, until, nowMs });
    this.#histogram = range === null ? null : createHistogram(timesOf(events), range, this.#zone);
    return this.#histogram;
  }
}

function* timesOf(events: FeedState["events"]): Generator<number> {
  for (const { timeMs } of events) yield timeMs;
}

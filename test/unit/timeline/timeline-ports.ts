import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import type { EventPage, EventQuery, FetchPageOptions } from "#clients/timeline/events/event-source.ts";
import type { TimelineState } from "#clients/timeline/store/timeline-state.ts";
import { TimelineStore } from "#clients/timeline/store/timeline-store.ts";
import { aTimelineEvent } from "./timeline-fixtures.ts";

type Response = EventPage | null | ActivityLogError | "never";

/** A store whose API, clock and host are those of a test. */
export type StoreFixture = {
  readonly store: TimelineStore;
  readonly requests: { readonly query: EventQuery; readonly options: FetchPageOptions }[];
  readonly states: TimelineState[];
  /** How often the host was asked for a token. */
  renewals(): number;
  /** Milliseconds until the timer that is set; `null` if no timer is set. */
  timer(): number | null;
  /** Lets time pass without a timer. */
  advance(ms: number): void;
  /** Lets the timer that is set elapse, and waits for its request. */
  elapse(): Promise<void>;
};

/** Creates a store. The API responds in the order of `responses`, with so much of the rate limit left. */
export function createStoreFixture(
  responses: readonly Response[],
  { canRenew = false, budgets = [] }: { readonly canRenew?: boolean; readonly budgets?: readonly number[] } = {},
): StoreFixture {
  const requests: StoreFixture["requests"] = [];
  const states: TimelineState[] = [];
  let nowMs = Date.parse("2026-05-11T12:00:00Z");
  let timer: { readonly callback: () => void; readonly ms: number } | null = null;
  let renewals = 0;
  const store = new TimelineStore({
    async fetchPage(query, options) {
      requests.push({ query, options });
      const response = responses[requests.length - 1];
      if (response === undefined) throw new Error("An unexpected request was sent.");
      if (response === "never") return new Promise(() => undefined);
      if (response instanceof ActivityLogError) throw response;
      return { page: response, budget: budgets[requests.length - 1] ?? 1 };
    },
    async renewToken() {
      renewals++;
      return canRenew;
    },
    onChange: (state) => states.push(state),
    now: () => nowMs,
    random: () => 0.5,
    setTimer(callback, ms) {
      const set = { callback, ms };
      timer = set;
      return () => {
        if (timer === set) timer = null;
      };
    },
  });
  return {
    store,
    requests,
    states,
    renewals: () => renewals,
    timer: () => timer?.ms ?? null,
    advance(ms) {
      nowMs += ms;
    },
    async elapse() {
      const elapsed = timer;
      if (elapsed === null) throw new Error("No timer is set.");
      timer = null;
      nowMs += elapsed.ms;
      elapsed.callback();
      await settle();
    },
  };
}

/** Waits until all promises that can be settled are. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Returns a page with events of these numbers: the higher, the newer. */
export function aPage(numbers: readonly number[], next: string | null = null): EventPage {
  const events = numbers.map((number) =>
    aTimelineEvent({ event_id: `evt_${number}`, occurred_at: new Date(number * 60_000).toISOString() }),
  );
  return { events, next, etag: `"${numbers.join()}"` };
}

/** Returns the numbers of the events that a store shows. */
export function numbersOf({ state }: TimelineStore): number[] {
  return state.events.map(({ id }) => Number(id.slice("evt_".length)));
}

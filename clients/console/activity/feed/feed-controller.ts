import type { ReactiveController, ReactiveControllerHost } from "lit";
import type { ActivityEvent, ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { List } from "#clients/client/http/page.ts";
import { ActivityFeed, type FeedState } from "./activity-feed.ts";

/** Reads the events for a page: a new feed for other filters, without polls while the page is hidden. */
export class FeedController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #feed: ActivityFeed | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** `null` before the first `start`. */
  get state(): FeedState | null {
    return this.#feed?.state ?? null;
  }

  start(activity: List<ActivityEvent, ActivityParams>, params: ActivityParams): void {
    this.#feed?.close();
    this.#feed = new ActivityFeed(params, {
      activity,
      onChange: () => this.#host.requestUpdate(),
      isOnline: () => navigator.onLine,
      random: Math.random,
      setTimer(callback, ms) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    });
    this.#feed.read();
    this.#poll();
  }

  /** Continues after an error. */
  retry(): void {
    this.#feed?.read();
  }

  readAll(): void {
    this.#feed?.readAll();
  }

  stop(): void {
    this.#feed?.stopReadingAll();
  }

  /** Reads the next page, unless one is being read or could not be. */
  readMore(): void {
    const { state } = this;
    if (state?.hasMore && !state.isReading && state.failure === null) this.#feed?.readMore();
  }

  showNew(): void {
    this.#feed?.showNew();
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#poll);
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#poll);
    this.#feed?.close();
  }

  readonly #poll = (): void => this.#feed?.poll(document.visibilityState !== "hidden");
}

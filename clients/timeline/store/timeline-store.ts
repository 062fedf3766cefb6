import type { EventPage, EventQuery, FetchPage } from "#clients/timeline/events/event-source.ts";
import { classifyError } from "./classify-error.ts";
import { findNewEvents, mergeEvents } from "./merge-events.ts";
import { getPollDelay } from "./poll-schedule.ts";
import { initialState, type TimelineState, type TimelineStatus } from "./timeline-state.ts";

export type TimelinePorts = {
  readonly fetchPage: FetchPage;
  /** Asks the host for a new token. Resolves to whether it has given one. */
  renewToken(): Promise<boolean>;
  onChange(state: TimelineState): void;
  /** Unix time in milliseconds. */
  now(): number;
  /** Returns a number from 0 to 1. */
  random(): number;
  /** Calls back after that time. Returns a function that cancels it. */
  setTimer(callback: () => void, ms: number): () => void;
};

/** `poll` reads the first page again, and keeps what is new until it is shown. */
type RequestKind = "first" | "next" | "poll";

/** A page that becomes visible again polls immediately, but not more often than this. */
const minPollIntervalMs = 10_000;

/** Loads the pages of a timeline, polls for new events, and knows what to show. It has one request in flight at most. */
export class TimelineStore {
  readonly #ports: TimelinePorts;
  #query: EventQuery = {};
  #state: TimelineState = initialState;
  #next: string | null = null;
  #etag: string | null = null;
  #newest: EventPage | null = null;
  #request = new AbortController();
  #current: RequestKind | null = null;
  #failed: RequestKind | null = null;
  #unchanged = 0;
  #failures = 0;
  #hasRenewedToken = false;
  #isVisible = true;
  #isOnline = true;
  #respondedAtMs = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(ports: TimelinePorts) {
    this.#ports = ports;
  }

  get state(): TimelineState {
    return this.#state;
  }

  /** Forgets all events and loads the first page of a query. */
  async load(query: EventQuery): Promise<void> {
    this.#query = query;
    this.#next = null;
    this.#etag = null;
    this.#newest = null;
    this.#unchanged = 0;
    this.#failures = 0;
    this.#hasRenewedToken = false;
    this.#update({ ...initialState });
    await this.#send("first");
  }

  /** Loads the next page, unless a page is being loaded or an error is shown. */
  async loadMore(): Promise<void> {
    if (this.#next !== null && this.#state.status.kind === "ready") await this.#send("next");
  }

  /** Shows the events that have arrived. If polls may have missed some in between, the list begins anew. */
  showNewEvents(): void {
    if (this.#newest === null) return;
    const { events, next } = this.#newest;
    const isContinuous = !this.#state.hasUncountedNew;
    this.#newest = null;
    if (!isContinuous) this.#next = next;
    this.#update({
      events: isContinuous ? mergeEvents(events, this.#state.events) : events,
      hasMore: this.#next !== null,
      newCount: 0,
      hasUncountedNew: false,
    });
  }

  /** Repeats the request that has failed. */
  async retry(): Promise<void> {
    this.#hasRenewedToken = false;
    await this.retryWithNewToken();
  }

  /** Repeats the request that was refused. If this token is refused, too, the host is not asked again. */
  async retryWithNewToken(): Promise<void> {
    if (this.#failed !== null) await this.#send(this.#failed);
  }

  /** Pauses while the page is hidden, and continues when it is visible. */
  setVisible(isVisible: boolean): void {
    if (this.#isVisible === isVisible) return;
    this.#isVisible = isVisible;
    this.#resume();
  }

  /** Pauses while the browser is offline, and repeats a request that failed meanwhile. */
  setOnline(isOnline: boolean): void {
    if (this.#isOnline === isOnline) return;
    this.#isOnline = isOnline;
    this.#resume();
  }

  /** Ends the request in flight and all polling. `load` begins again. */
  stop(): void {
    this.#request.abort();
    this.#current = null;
    this.#cancelTimer();
  }

  #resume(): void {
    this.#cancelTimer();
    if (!this.#isVisible || !this.#isOnline || this.#current !== null || this.#needsHost()) return;
    if (this.#state.status.kind === "offline") this.#send(this.#failed ?? "poll");
    else this.#schedule(Math.max(0, this.#respondedAtMs + minPollIntervalMs - this.#ports.now()));
  }

  /** Whether only the host can help: by another token. */
  #needsHost(): boolean {
    return this.#state.status.kind === "token_expired" || this.#state.status.kind === "forbidden";
  }

  async #send(kind: RequestKind): Promise<void> {
    this.stop();
    const request = new AbortController();
    this.#request = request;
    this.#current = kind;
    if (kind !== "poll") this.#update({ status: { kind: kind === "first" ? "loading" : "loading_more" } });
    try {
      const options = { cursor: kind === "next" ? this.#next : null, etag: kind === "poll" ? this.#etag : null };
      const page = await this.#ports.fetchPage(this.#query, { ...options, signal: request.signal });
      if (request.signal.aborted) return;
      this.#current = null;
      this.#receive(kind, page);
    } catch (error) {
      if (request.signal.aborted) return;
      this.#current = null;
      await this.#fail(kind, error);
    }
  }

  #receive(kind: RequestKind, page: EventPage | null): void {
    this.#failed = null;
    this.#failures = 0;
    this.#hasRenewedToken = false;
    this.#respondedAtMs = this.#ports.now();
    if (kind === "poll") this.#receivePoll(page);
    else if (page !== null) this.#receivePage(kind, page);
    this.#schedule(getPollDelay({ unchanged: this.#unchanged, failures: 0 }, this.#ports.random()));
  }

  #receivePage(kind: "first" | "next", page: EventPage): void {
    this.#next = page.next;
    if (kind === "first") this.#etag = page.etag;
    const events = mergeEvents(this.#state.events, page.events);
    this.#update({ status: { kind: "ready" }, events, hasMore: page.next !== null });
  }

  #receivePoll(page: EventPage | null): void {
    const status = { kind: "ready" } as const;
    if (page === null) {
      this.#unchanged++;
      this.#update({ status });
      return;
    }
    this.#etag = page.etag;
    const fresh = findNewEvents(page.events, this.#state.events);
    this.#unchanged = fresh.length > this.#state.newCount ? 0 : this.#unchanged + 1;
    this.#newest = fresh.length === 0 ? null : page;
    const hasUncountedNew = page.next !== null && fresh.length === page.events.length;
    this.#update({ status, newCount: fresh.length, hasUncountedNew });
    if (this.#state.events.length === 0) this.showNewEvents();
  }

  async #fail(kind: RequestKind, error: unknown): Promise<void> {
    const { status, isTransient } = classifyError(error, this.#ports.now(), this.#isOnline);
    this.#failed = kind;
    this.#failures++;
    this.#respondedAtMs = this.#ports.now();
    // What is shown stays valid when a poll fails: the next one may succeed.
    if (!(kind === "poll" && status.kind === "failed")) this.#update({ status });
    if (status.kind === "token_expired") await this.#renewToken(kind);
    else if (isTransient) this.#schedule(this.#getRetryDelay(status));
  }

  #getRetryDelay(status: TimelineStatus): number {
    if (status.kind === "rate_limited") return status.retryAtMs - this.#ports.now();
    return getPollDelay({ unchanged: 0, failures: this.#failures }, this.#ports.random());
  }

  /** Asks once: a new token that is refused, too, must not make a loop. */
  async #renewToken(kind: RequestKind): Promise<void> {
    if (this.#hasRenewedToken) return;
    this.#hasRenewedToken = true;
    const { signal } = this.#request;
    if ((await this.#ports.renewToken()) && !signal.aborted) await this.#send(kind);
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    if (!this.#isVisible || !this.#isOnline) return;
    this.#cancelTimer = this.#ports.setTimer(() => this.#send(this.#failed ?? "poll"), ms);
  }

  #update(change: Partial<TimelineState>): void {
    this.#state = { ...this.#state, ...change };
    this.#ports.onChange(this.#state);
  }
}

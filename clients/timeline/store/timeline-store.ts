import type { EventPage, EventQuery, FetchedPage, FetchPage } from "#clients/timeline/events/event-source.ts";
import { classifyError } from "./classify-error.ts";
import { findNewEvents, mergeEvents } from "./merge-events.ts";
import { PollTimer, type PollTimerPorts } from "./poll-timer.ts";
import { initialState, type TimelineState } from "./timeline-state.ts";

export type TimelinePorts = PollTimerPorts & {
  readonly fetchPage: FetchPage;
  /** Asks the host for a new token. Resolves to whether it has given one. */
  renewToken(): Promise<boolean>;
  onChange(state: TimelineState): void;
};

/** `poll` reads the first page again, and keeps what is new until it is shown. */
type RequestKind = "first" | "next" | "poll";

/** Loads the pages of a timeline, polls for new events, and knows what to show. It has one request in flight at most. */
export class TimelineStore {
  readonly #ports: TimelinePorts;
  readonly #timer: PollTimer;
  #query: EventQuery = {};
  #state: TimelineState = initialState;
  #next: string | null = null;
  #etag: string | null = null;
  #newest: EventPage | null = null;
  #request = new AbortController();
  #failed: RequestKind | null = null;
  #hasRenewedToken = false;

  constructor(ports: TimelinePorts) {
    this.#ports = ports;
    this.#timer = new PollTimer(ports, () => this.#send(this.#failed ?? "poll"));
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
    this.#timer.reset();
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

  /** Pauses while the timeline is not seen, and continues when it is. */
  setVisible(isVisible: boolean): void {
    this.#timer.setVisible(isVisible);
  }

  /** Pauses while the browser is offline, and repeats a request that failed meanwhile. */
  setOnline(isOnline: boolean): void {
    this.#timer.setOnline(isOnline, this.#state.status.kind === "offline");
  }

  /** Polls often again: the reader has moved the pointer, scrolled or pressed a key. */
  noteReader(): void {
    this.#timer.noteReader();
  }

  /** Ends the request in flight and all polling. `load` begins again. */
  stop(): void {
    this.#request.abort();
    this.#timer.stop();
  }

  async #send(kind: RequestKind): Promise<void> {
    this.stop();
    const request = new AbortController();
    this.#request = request;
    if (kind !== "poll") this.#update({ status: { kind: kind === "first" ? "loading" : "loading_more" } });
    try {
      const options = { cursor: kind === "next" ? this.#next : null, etag: kind === "poll" ? this.#etag : null };
      const fetched = await this.#ports.fetchPage(this.#query, { ...options, signal: request.signal });
      if (!request.signal.aborted) this.#receive(kind, fetched);
    } catch (error) {
      if (!request.signal.aborted) await this.#fail(kind, error);
    }
  }

  #receive(kind: RequestKind, { page, budget }: FetchedPage): void {
    this.#failed = null;
    this.#hasRenewedToken = false;
    const hasNews = kind === "poll" ? this.#receivePoll(page) : this.#receivePage(kind, page);
    this.#timer.succeed({ hasNews, budget });
  }

  #receivePage(kind: "first" | "next", page: EventPage | null): boolean {
    if (page === null) return false;
    this.#next = page.next;
    if (kind === "first") this.#etag = page.etag;
    const events = mergeEvents(this.#state.events, page.events);
    this.#update({ status: { kind: "ready" }, events, hasMore: page.next !== null });
    return true;
  }

  /** Returns whether more events have arrived since the previous poll. */
  #receivePoll(page: EventPage | null): boolean {
    const status = { kind: "ready" } as const;
    if (page === null) {
      this.#update({ status });
      return false;
    }
    this.#etag = page.etag;
    const fresh = findNewEvents(page.events, this.#state.events);
    const hasNews = fresh.length > this.#state.newCount;
    this.#newest = fresh.length === 0 ? null : page;
    const hasUncountedNew = page.next !== null && fresh.length === page.events.length;
    this.#update({ status, newCount: fresh.length, hasUncountedNew });
    if (this.#state.events.length === 0) this.showNewEvents();
    return hasNews;
  }

  async #fail(kind: RequestKind, error: unknown): Promise<void> {
    const { status, isTransient } = classifyError(error, this.#ports.now(), this.#timer.isOnline);
    this.#failed = kind;
    if (status.kind === "token_expired" && (await this.#renewToken(kind))) return;
    // What is shown stays valid when a poll fails: the next one may succeed.
    if (kind !== "poll" || !isTransient || status.kind === "offline") this.#update({ status });
    if (!isTransient) this.#timer.fail("never");
    else this.#timer.fail(status.kind === "rate_limited" ? status.retryAtMs : "later");
  }

  /**
   * Repeats a request with a new token, and returns whether that is done. Asks once: a new token that is refused, too, must
   * not make a loop.
   */
  async #renewToken(kind: RequestKind): Promise<boolean> {
    if (this.#hasRenewedToken) return false;
    this.#hasRenewedToken = true;
    const { signal } = this.#request;
    const isRenewed = await this.#ports.renewToken();
    if (isRenewed && !signal.aborted) await this.#send(kind);
    return isRenewed || signal.aborted;
  }

  #update(change: Partial<TimelineState>): void {
    this.#state = { ...this.#state, ...change };
    this.#ports.onChange(this.#state);
  }
}

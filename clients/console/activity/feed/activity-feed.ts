import type { ActivityEvent, ActivityParams } from "#clients/client/finzbooks/finzbooks-client.ts";
import type { List } from "#clients/client/http/page.ts";
import { type ApiFailure, toFailure } from "#clients/console/api/api-failure.ts";
import { getPollDelay } from "#clients/timeline/store/poll-schedule.ts";
import { type FeedEvent, toFeedEvents } from "./feed-event.ts";
import { FeedList } from "./feed-list.ts";
import { type NewEvents, readNewEvents } from "./read-new-events.ts";

/** How many events are read without being asked for. */
export const backgroundLimit = 5_000;

/** The first page is small, so that it is there soon. */
const firstPageSize = 100;
const pageSize = 500;

export const includedFields: NonNullable<ActivityParams["include"]> = ["actor", "text", "related"];

export type FeedState = {
  /** Newest first. Changes its identity or its length with each change. */
  readonly events: readonly FeedEvent[];
  /** Whether the first page has been read. */
  readonly isReady: boolean;
  readonly isReading: boolean;
  /** Whether older events exist that have not been read. */
  readonly hasMore: boolean;
  /** Whether all events shall be read, however many there are. */
  readonly isReadingAll: boolean;
  /** How many events have arrived that are not shown yet. */
  readonly newCount: number;
  /** Whether still more have arrived, which were not read. */
  readonly hasUncountedNew: boolean;
  /** Why reading has stopped. */
  readonly failure: ApiFailure | null;
};

export type FeedPorts = {
  readonly activity: List<ActivityEvent, ActivityParams>;
  onChange(): void;
  isOnline(): boolean;
  /** Returns a number from 0 to 1. */
  random(): number;
  /** Calls back after that time. Returns a function that cancels it. */
  setTimer(callback: () => void, ms: number): () => void;
};

/** Reads the events of the filters: a first page, more in the background up to a limit, and those that arrive. */
export class ActivityFeed {
  readonly #ports: FeedPorts;
  readonly #params: ActivityParams;
  readonly #abort = new AbortController();
  #list = new FeedList();
  #next: ActivityParams | null;
  #arrived: readonly FeedEvent[] = [];
  /** The page where the events between the arrived ones and the list begin; `null` if no event is between them. */
  #nextNew: ActivityParams | null = null;
  #etag: string | null = null;
  #isReady = false;
  #isReading = false;
  #limit = backgroundLimit;
  #failure: ApiFailure | null = null;
  #unchanged = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(params: ActivityParams, ports: FeedPorts) {
    this.#ports = ports;
    this.#params = { ...params, include: includedFields, limit: firstPageSize };
    this.#next = this.#params;
  }

  get state(): FeedState {
    return {
      events: this.#list.events,
      isReady: this.#isReady,
      isReading: this.#isReading,
      hasMore: this.#next !== null,
      isReadingAll: this.#limit === Number.POSITIVE_INFINITY,
      newCount: this.#arrived.length,
      hasUncountedNew: this.#nextNew !== null,
      failure: this.#failure,
    };
  }

  /** Reads on until the limit is reached or all is read. */
  async read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#failure = null;
    this.#ports.onChange();
    try {
      while (this.#next !== null && this.#list.events.length < this.#limit) await this.#readPage(this.#next);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.#failure = toFailure(error, this.#ports.isOnline());
    }
    this.#isReading = false;
    if (!this.#abort.signal.aborted) this.#ports.onChange();
  }

  /** Reads the next page beyond the limit: the reader has scrolled to the end. */
  readMore(): void {
    this.#limit = Math.max(this.#limit, this.#list.events.length + 1);
    this.read();
  }

  readAll(): void {
    this.#limit = Number.POSITIVE_INFINITY;
    this.read();
  }

  /** Ends `readAll` after the page that is being read. */
  stopReadingAll(): void {
    this.#limit = 0;
    this.#ports.onChange();
  }

  /** Shows the events that have arrived. If more have, they replace the list, which is read anew from there: it has no gap. */
  showNew(): void {
    const next = this.#nextNew;
    if (next !== null) {
      this.#list = new FeedList();
      this.#next = { ...next, limit: pageSize };
    }
    this.#list.insert(this.#arrived);
    this.#arrived = [];
    this.#nextNew = null;
    this.#ports.onChange();
    if (next !== null) this.read();
  }

  /** Looks for events that arrive, again and again, more rarely while nothing happens. */
  poll(isVisible: boolean): void {
    this.#cancelTimer();
    if (!isVisible || this.#abort.signal.aborted) return;
    const delayMs = getPollDelay({ unchanged: this.#unchanged, failures: 0, budget: 1 }, this.#ports.random());
    this.#cancelTimer = this.#ports.setTimer(() => this.#readNewest(), delayMs);
  }

  /** Ends all requests. */
  close(): void {
    this.#abort.abort();
    this.#cancelTimer();
  }

  async #readPage(params: ActivityParams): Promise<void> {
    const page = await this.#ports.activity.list(params, { signal: this.#abort.signal });
    // The list has been replaced while its next page was read.
    if (this.#next !== params) return;
    if (!this.#isReady) this.#etag = page.etag;
    this.#isReady = true;
    this.#list.append(toFeedEvents(page.items));
    this.#next = page.next === null ? null : { ...page.next, limit: pageSize };
    this.#ports.onChange();
  }

  async #readNewest(): Promise<void> {
    try {
      if (this.#isReady) this.#receiveNew(await this.#readNew());
    } catch {
      // What is shown stays valid: the next poll may succeed.
      this.#unchanged++;
    }
    this.poll(true);
  }

  #readNew(): Promise<NewEvents | null> {
    const options = { signal: this.#abort.signal, ifNoneMatch: this.#etag };
    const arrived = new Set(this.#arrived.map(({ id }) => id));
    const isReached = (event: FeedEvent) => arrived.has(event.id) || this.#list.has(event.id) || this.#isUnread(event);
    return readNewEvents(this.#ports.activity, this.#params, options, isReached);
  }

  #receiveNew(read: NewEvents | null): void {
    this.#etag = read?.etag ?? this.#etag;
    const arrived = new Set(this.#arrived.map(({ id }) => id));
    const isNew = (event: FeedEvent) => !arrived.has(event.id) && !this.#list.has(event.id) && !this.#isUnread(event);
    const fresh = (read?.events ?? []).filter(isNew);
    this.#unchanged = fresh.length === 0 ? this.#unchanged + 1 : 0;
    if (read === null || fresh.length === 0) return;
    // Beyond a gap, what arrived before is read again.
    this.#arrived = read.next === null ? [...fresh, ...this.#arrived] : fresh;
    this.#nextNew = read.next ?? this.#nextNew;
    this.#ports.onChange();
  }

  /** Whether an event is older than the list, which is read on from its end. */
  #isUnread({ timeMs }: FeedEvent): boolean {
    const oldest = this.#list.events.at(-1);
    return this.#next !== null && oldest !== undefined && timeMs < oldest.timeMs;
  }
}

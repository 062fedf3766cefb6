import type { FeedEvent } from "./feed-event.ts";

/** The events that have been read, newest first, each once. Pages are added in constant time for each event. */
export class FeedList {
  #events: FeedEvent[] = [];
  readonly #ids = new Set<string>();

  get events(): readonly FeedEvent[] {
    return this.#events;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Adds the next page, which is older than all before. */
  append(page: readonly FeedEvent[]): void {
    for (const event of page) {
      if (this.#ids.has(event.id)) continue;
      this.#ids.add(event.id);
      this.#events.push(event);
    }
  }

  /** Adds events that have arrived, which may have an older time than some in the list. */
  insert(arrived: readonly FeedEvent[]): void {
    const fresh = arrived.filter(({ id }) => !this.#ids.has(id));
    for (const { id } of fresh) this.#ids.add(id);
    const oldestMs = fresh.reduce((oldest, { timeMs }) => Math.min(oldest, timeMs), Number.POSITIVE_INFINITY);
    const split = this.#events.findIndex(({ timeMs }) => timeMs < oldestMs);
    const head = split === -1 ? this.#events : this.#events.slice(0, split);
    const rest = split === -1 ? [] : this.#events.slice(split);
    this.#events = [...[...fresh, ...head].sort((one, other) => other.timeMs - one.timeMs), ...rest];
  }
}

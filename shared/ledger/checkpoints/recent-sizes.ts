import { ExpiringCache } from "#shared/platform/cache.ts";

/** The `Retry-After` of a refused request: the next one reads the log again. */
const rememberedMs = 1_000;
const capacity = 10_000;

/**
 * Remembers for a second how small logs were when a request for a later entry was refused, so that its repeats do not read
 * the end of the log, where the sequencer reads as well.
 */
export class RecentSizes {
  readonly #sizes = new ExpiringCache<number>(capacity);

  /** Whether a log is known to have had fewer entries within the last second. */
  isSmaller(log: string, minSize: number, now: Date): boolean {
    const size = this.#sizes.get(log, now);
    return size !== null && size < minSize;
  }

  set(log: string, size: number, now: Date): void {
    this.#sizes.set(log, size, now.getTime() + rememberedMs, now);
  }
}

import { TimerHeap } from "./timer-heap.ts";

/** A clock that jumps to whatever happens next, so that days of waiting take as long as the work in them. */
export class VirtualClock {
  #now: number;
  readonly #timers = new TimerHeap();

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  readonly now = (): Date => new Date(this.#now);

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.schedule(this.#now + milliseconds, resolve));

  /** Has something happen at a time (Unix milliseconds). */
  schedule(time: number, run: () => void): void {
    this.#timers.add(Math.max(time, this.#now), run);
  }

  /** Runs until nothing is left to happen, or the time comes. Throws what work that was not awaited threw. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const { next } = this.#timers;
      if (next === undefined || next.time > until) return;
      this.#now = next.time;
      // All of one moment happens at once, in the order in which it was asked for.
      while (this.#timers.next?.time === this.#now) this.#timers.removeFirst()?.run();
    }
  }
}

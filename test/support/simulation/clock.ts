import { TimerHeap } from "./timer-heap.ts";

/** A clock that jumps to the next timer, so that days of waiting take only as long as the work in them. */
export class VirtualClock {
  #now: number;
  readonly #timers = new TimerHeap();

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  readonly now = (): Date => new Date(this.#now);

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.schedule(this.#now + milliseconds, resolve));

  /** Runs something at a time (Unix milliseconds). */
  schedule(time: number, run: () => void): void {
    this.#timers.add(Math.max(time, this.#now), run);
  }

  /** Runs until no timer is left, or until a time. Throws the error of work that was not awaited. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const { next } = this.#timers;
      if (next === undefined || next.time > until) return;
      this.#now = next.time;
      // Timers of the same time run without a pause, in the order in which they were added.
      while (this.#timers.next?.time === this.#now) this.#timers.removeFirst()?.run();
    }
  }
}

import { TimerHeap } from "../support/simulation/timer-heap.ts";

/** A discrete-event simulation: work that is scheduled runs in the order of its time, without any waiting. */
export class EventLoop {
  readonly #timers = new TimerHeap();
  #now = 0;

  /** Milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): void {
    this.#timers.add(this.#now + milliseconds, run);
  }

  /** Runs until nothing is scheduled, or until `isDone` returns true. */
  run(isDone: () => boolean = () => false): void {
    while (!isDone()) {
      const next = this.#timers.removeFirst();
      if (next === undefined) return;
      this.#now = next.time;
      next.run();
    }
  }
}

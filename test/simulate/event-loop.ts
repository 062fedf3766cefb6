import { TimerHeap } from "#test/support/simulation/timer-heap.ts";

/** The time of a simulation. */
export type SimulationLoop = {
  /** Milliseconds since the start. */
  readonly now: number;
  after(milliseconds: number, run: () => void): void;
};

/** A discrete-event simulation: scheduled work runs in the order of its time, without waiting. */
export class EventLoop implements SimulationLoop {
  readonly #timers = new TimerHeap();
  #now = 0;

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

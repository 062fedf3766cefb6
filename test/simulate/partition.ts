import type { SimulationLoop } from "./event-loop.ts";

/**
 * Write units a second of one partition of a table or an index ("Best practices for designing and using partition keys"
 * in the developer guide of DynamoDB).
 */
export const unitsPerSecond = 1_000;

/** The write throughput of one partition. Capacity is not saved for longer than a second: DynamoDB allows more. */
export class Partition {
  readonly #loop: SimulationLoop;
  #units = unitsPerSecond;
  #refilledAt = 0;

  constructor(loop: SimulationLoop) {
    this.#loop = loop;
  }

  /** Takes a write unit. Returns false if the write is throttled. */
  take(): boolean {
    const { now } = this.#loop;
    this.#units = Math.min(unitsPerSecond, this.#units + ((now - this.#refilledAt) * unitsPerSecond) / 1_000);
    this.#refilledAt = now;
    if (this.#units < 1) return false;
    this.#units -= 1;
    return true;
  }
}

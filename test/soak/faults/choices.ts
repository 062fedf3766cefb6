import { createHash } from "node:crypto";
import { Random } from "#infra/local/demo/random.ts";

/** Returns a random generator for each name, so that concurrent actors do not change each other's numbers. */
export type Choices = (name: string) => Random;

export function createChoices(seed: number): Choices {
  return (name) => new Random(createHash("sha256").update(`${seed} ${name}`).digest().readUInt32BE());
}

/** Selects occasions at random distances. At least one in `high` occasions is selected, whatever the seed. */
export class Rhythm {
  readonly #random: Random;
  readonly #low: number;
  readonly #high: number;
  #remaining: number;

  constructor(random: Random, low: number, high: number) {
    this.#random = random;
    this.#low = low;
    this.#high = high;
    this.#remaining = random.between(low, high);
  }

  /** True if this occasion is selected. */
  isSelected(): boolean {
    this.#remaining -= 1;
    if (this.#remaining > 0) return false;
    this.#remaining = this.#random.between(this.#low, this.#high);
    return true;
  }

  /** Selects the next occasion: the fault of the last one had no effect. */
  selectNext(): void {
    this.#remaining = 1;
  }
}

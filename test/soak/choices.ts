import { createHash } from "node:crypto";
import { Random } from "#infra/local/demo/random.ts";

/** Gives whoever has choices to make numbers of its own: what others do meanwhile does not move them. */
export type Choices = (whose: string) => Random;

export function choicesOf(seed: number): Choices {
  return (whose) => new Random(createHash("sha256").update(`${seed} ${whose}`).digest().readUInt32BE());
}

/** Picks occasions, each so many after the one before as is drawn: never none, however the numbers fall. */
export class Rhythm {
  readonly #random: Random;
  readonly #low: number;
  readonly #high: number;
  #left: number;

  constructor(random: Random, low: number, high: number) {
    this.#random = random;
    this.#low = low;
    this.#high = high;
    this.#left = random.between(low, high);
  }

  /** Whether this occasion is picked. */
  strikes(): boolean {
    this.#left -= 1;
    if (this.#left > 0) return false;
    this.#left = this.#random.between(this.#low, this.#high);
    return true;
  }

  /** The last pick came to nothing: the next occasion is picked in its place. */
  missed(): void {
    this.#left = 1;
  }
}

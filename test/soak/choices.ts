import { createHash } from "node:crypto";
import { Random } from "../../infra/local/demo/random.ts";

/** Gives whoever has choices to make numbers of its own: what others do meanwhile does not move them. */
export type Choices = (whose: string) => Random;

export function choicesOf(seed: number): Choices {
  return (whose) => new Random(createHash("sha256").update(`${seed} ${whose}`).digest().readUInt32BE());
}

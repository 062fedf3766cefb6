/** The first part of a log that is not what was signed. */
export type LogDefect = {
  /** `event`: an event, or what its entry repeats of it. The leaves are intact. `chunk`, `log`: the ledger was changed. */
  readonly part: "event" | "chunk" | "log";
  /** Sequences. One between them is defective, or all are. */
  readonly first: number;
  readonly last: number;
  readonly problem: string;
};

/** Returns a sentence about a defect. */
export function formatLogDefect({ part, first, last, problem }: LogDefect): string {
  const sequences = first === last ? `Sequence ${first}` : `Sequences ${first} to ${last}`;
  return part === "log" && first === 1 ? `At or before sequence ${last}: ${problem}.` : `${sequences}: ${problem}.`;
}

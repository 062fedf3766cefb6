import * as z from "zod";

const maxFaults = 20;

export const tallySchema = z.object({
  /** In the queue, and not looked after any further. */
  sent: z.int(),
  /** In the log, and new there. */
  accepted: z.int(),
  /** In the log since before. */
  repeated: z.int(),
  /** In the rejected queue, or never sent because it was plain that it would end there. */
  rejected: z.int(),
  /** The first of the rejected lines, and why. */
  faults: z.array(z.object({ line: z.int(), reason: z.string() })),
});

/** What became of the lines so far. */
export type Tally = z.infer<typeof tallySchema>;

export type Fate = "sent" | "accepted" | "repeated" | { readonly rejected: string };

export const emptyTally = (): Tally => ({ sent: 0, accepted: 0, repeated: 0, rejected: 0, faults: [] });

/** Counts one line more. */
export function count(tally: Tally, line: number, fate: Fate): void {
  if (typeof fate === "string") {
    tally[fate] += 1;
    return;
  }
  tally.rejected += 1;
  if (tally.faults.length < maxFaults) tally.faults.push({ line, reason: fate.rejected });
}

export function total({ sent, accepted, repeated, rejected }: Tally): number {
  return sent + accepted + repeated + rejected;
}

import * as z from "zod";

const maxFaults = 20;

export const emitSummarySchema = z.object({
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
export type EmitSummary = z.infer<typeof emitSummarySchema>;

export type EventOutcome = "sent" | "accepted" | "repeated" | { readonly rejected: string };

export const emptySummary = (): EmitSummary => ({ sent: 0, accepted: 0, repeated: 0, rejected: 0, faults: [] });

/** Counts one line more. */
export function countOutcome(summary: EmitSummary, line: number, outcome: EventOutcome): void {
  if (typeof outcome === "string") {
    summary[outcome] += 1;
    return;
  }
  summary.rejected += 1;
  if (summary.faults.length < maxFaults) summary.faults.push({ line, reason: outcome.rejected });
}

export function totalOf({ sent, accepted, repeated, rejected }: EmitSummary): number {
  return sent + accepted + repeated + rejected;
}

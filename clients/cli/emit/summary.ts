import * as z from "zod";

const maxFaults = 20;

export const emitSummarySchema = z.object({
  /** Sent to the queue, without waiting. */
  sent: z.int(),
  /** Stored, and new. */
  accepted: z.int(),
  /** Stored before. */
  repeated: z.int(),
  /** In the rejected queue, or invalid and not sent. */
  rejected: z.int(),
  /** The first rejected lines, with the reason. */
  faults: z.array(z.object({ line: z.int(), reason: z.string() })),
});

/** The counted outcomes of the lines so far. */
export type EmitSummary = z.infer<typeof emitSummarySchema>;

export type EventOutcome = "sent" | "accepted" | "repeated" | { readonly rejected: string };

export const createSummary = (): EmitSummary => ({ sent: 0, accepted: 0, repeated: 0, rejected: 0, faults: [] });

/** Adds the outcome of a line. */
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

/**
 * Thrown if the ledger is not a continuation of a checkpoint that was signed before, or contradicts itself. Nothing is
 * signed then: two signed checkpoints that contradict each other would prove that the log was rewritten.
 */
export class ForkError extends Error {
  override readonly name = "ForkError";

  /** `reason` is a sentence. */
  constructor(log: string, reason: string, cause?: unknown) {
    super(`The log ${log} must not be signed. ${reason}`, { cause });
  }
}

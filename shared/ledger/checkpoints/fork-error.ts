import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { MissingHashesError } from "#shared/ledger/tiles/read-tile.ts";

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

/** Returns the `ForkError` of a log whose ledger is wrong, and any other error, such as one of the store, as it is. */
export function toForkError(log: string, error: unknown): unknown {
  const isLedgerWrong =
    error instanceof ProofError ||
    error instanceof MissingHashesError ||
    error instanceof DamagedChunkError ||
    // Thrown for hashes of a wrong number.
    error instanceof RangeError;
  return isLedgerWrong ? new ForkError(log, error.message, error) : error;
}

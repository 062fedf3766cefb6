/** Thrown if an item of the ledger is not a chunk as the sequencer stores it. It is never skipped: the log has no gaps. */
export class DamagedChunkError extends Error {
  override readonly name = "DamagedChunkError";

  /** `key` is the key of the item. */
  constructor(key: string, reason: string) {
    super(`The item ${key} of the ledger is not a valid chunk: ${reason}.`);
  }
}

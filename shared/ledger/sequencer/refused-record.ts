import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import type { SequencerRecord } from "./ports.ts";

/** A record that is not in the ledger, because its log is damaged. A retry cannot append it. */
export type RefusedRecord = { readonly record: SequencerRecord; readonly error: DamagedChunkError };

/** Returns the error of a damaged log instead of throwing it, so that the other logs of a batch go on. */
export async function unlessDamaged<T>(call: Promise<T>): Promise<T | DamagedChunkError> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof DamagedChunkError) return error;
    throw error;
  }
}

/** Returns the records of a log as refused if it is damaged, and none otherwise. */
export function toRefused(records: readonly SequencerRecord[], result: unknown): RefusedRecord[] {
  return result instanceof DamagedChunkError ? records.map((record) => ({ record, error: result })) : [];
}

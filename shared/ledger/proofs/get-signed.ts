import { ActivityError } from "#shared/errors.ts";
import type { CheckpointStore, SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";

/** Returns the checkpoint of a size. Throws `ActivityError` `not_found` if none was signed. */
export async function getSigned(checkpoints: CheckpointStore, log: string, size: number): Promise<SignedCheckpoint> {
  const signed = await checkpoints.findBySize(log, { min: size, max: size });
  if (signed !== null) return signed;
  throw new ActivityError("not_found", `No checkpoint of size ${size} was signed. Omit it for the latest one.`);
}

import { ActivityError } from "#shared/errors.ts";
import type { SignedCheckpoint } from "#shared/ledger/checkpoints/checkpoint-store.ts";
import { getCheckpoint } from "#shared/ledger/checkpoints/get-checkpoint.ts";
import { encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { createConsistencyProof } from "#shared/ledger/merkle/consistency.ts";
import { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import { getSigned } from "./get-signed.ts";
import type { ProofPorts } from "./proof-ports.ts";

export type ConsistencyRequest = {
  readonly from: number;
  /** A size that was signed; `null` for the latest one. */
  readonly to: number | null;
};

/**
 * Returns the proof that a checkpoint continues the log of `from` entries, as text: the body of a request to a witness
 * (C2SP tlog-witness, "add-checkpoint"). Throws `ActivityError` like `getCheckpoint` and `getSigned`.
 */
export async function getConsistency(
  ports: ProofPorts,
  log: string,
  { from, to }: ConsistencyRequest,
): Promise<string> {
  if (to !== null && from > to) {
    throw new ActivityError("invalid_value", "from must not be larger than to.", { field: "from" });
  }
  const checkpoint = to === null ? await getCovering(ports, log, from) : await getSigned(ports.checkpoints, log, to);
  const tiles = new LogTiles(ports.tiles, log, checkpoint);
  const proof = await createConsistencyProof(from, checkpoint.size, tiles.readSubtrees);
  return [`old ${from}`, ...proof.map(encodeBase64), "", checkpoint.note].join("\n");
}

/** A log that never reaches the size of a checkpoint was cut: the error must not only ask for patience. */
async function getCovering(ports: ProofPorts, log: string, from: number): Promise<SignedCheckpoint> {
  try {
    return await getCheckpoint(ports, log, from);
  } catch (error) {
    if (!(error instanceof ActivityError) || error.code !== "not_sealed") throw error;
    const message =
      `No checkpoint of this log has ${from} entries yet. If you have one of that size and this lasts longer than a ` +
      "minute, the log was cut: keep your checkpoint, and notify the operator and others who verify the log.";
    throw new ActivityError("not_sealed", message, { ...error.context, cause: error });
  }
}

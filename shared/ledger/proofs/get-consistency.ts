import { ActivityError } from "#shared/errors.ts";
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
  const checkpoint = to === null ? await getCheckpoint(ports, log, from) : await getSigned(ports.checkpoints, log, to);
  const tiles = new LogTiles(ports.tiles, log, checkpoint);
  const proof = await createConsistencyProof(from, checkpoint.size, tiles.readSubtrees);
  return [`old ${from}`, ...proof.map(encodeBase64), "", checkpoint.note].join("\n");
}

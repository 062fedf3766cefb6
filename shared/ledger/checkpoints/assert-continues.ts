import { createConsistencyProof, type TreeHead, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { readRangeRoots } from "#shared/ledger/merkle/subtrees.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import type { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { LogHead } from "./checkpoint-store.ts";

/** The log as it was signed last, and as the ledger has it now; `null` for neither. */
export type LogGrowth = { readonly older: TreeHead | null; readonly newer: LogHead | null };

/**
 * Throws unless the hashes in the ledger lead to its newest root and show that it begins with all that was signed before
 * (C2SP tlog-checkpoint: a log must not sign inconsistent checkpoints): `ProofError`, or the error of the tiles.
 */
export async function assertContinues({ older, newer }: LogGrowth, tilesOf: (size: number) => LogTiles): Promise<void> {
  if (newer === null) {
    if (older !== null) throw new ProofError("wrong-size", `It is empty and had ${older.size} entries.`);
    return;
  }
  const head = { size: newer.size, root: rootOf(newer.frontier) };
  if (older === null) await assertRoot(head, tilesOf(newer.size));
  else await assertGrowth(older, head, tilesOf(newer.size));
}

async function assertRoot({ size, root }: TreeHead, tiles: LogTiles): Promise<void> {
  const [computed] = await readRangeRoots(tiles.readSubtrees, [{ start: 0, end: size }]);
  if (computed !== undefined && isEqualHash(computed, root)) return;
  throw new ProofError("wrong-root", `Its ${size} entries have another root.`);
}

async function assertGrowth(older: TreeHead, newer: TreeHead, tiles: LogTiles): Promise<void> {
  if (newer.size < older.size) {
    throw new ProofError("wrong-size", `It has ${newer.size} entries and had ${older.size}.`);
  }
  const proof = await createConsistencyProof(older.size, newer.size, tiles.readSubtrees);
  verifyConsistency(older, newer, proof);
}

import { ActivityError } from "#shared/errors.ts";
import { createConsistencyProof, type TreeHead, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { readRangeRoots } from "#shared/ledger/merkle/subtrees.ts";
import type { LogTiles } from "#shared/ledger/tiles/log-tiles.ts";
import type { LogHead } from "./checkpoint-store.ts";
import { ForkError } from "./fork-error.ts";

/** The log as it was signed last, and as the ledger has it now; `null` for neither. */
export type LogGrowth = { readonly older: LogHead | null; readonly newer: LogHead | null };

/**
 * Throws `ForkError` unless the hashes in the ledger lead to its newest root and show that it begins with all that was
 * signed before (C2SP tlog-checkpoint: a log must not sign inconsistent checkpoints).
 */
export async function assertContinues(
  log: string,
  { older, newer }: LogGrowth,
  tilesOf: (size: number) => LogTiles,
): Promise<void> {
  if (newer === null) {
    if (older !== null) throw new ForkError(log, `It is empty and had ${older.size} entries.`);
    return;
  }
  try {
    if (older === null) await assertRoot(toTreeHead(newer), tilesOf(newer.size));
    else await assertGrowth(toTreeHead(older), toTreeHead(newer), tilesOf(newer.size));
  } catch (error) {
    // Not the log, but the store: the next request may succeed.
    if (error instanceof ActivityError) throw error;
    throw new ForkError(log, error instanceof Error ? error.message : String(error), error);
  }
}

function toTreeHead({ size, frontier }: LogHead): TreeHead {
  return { size, root: rootOf(frontier) };
}

async function assertRoot({ size, root }: TreeHead, tiles: LogTiles): Promise<void> {
  const [computed] = await readRangeRoots(tiles.readSubtrees, [{ start: 0, end: size }]);
  if (computed === undefined || !isEqualHash(computed, root)) throw new Error(`Its ${size} entries have another root.`);
}

async function assertGrowth(older: TreeHead, newer: TreeHead, tiles: LogTiles): Promise<void> {
  if (newer.size < older.size) throw new Error(`It has ${newer.size} entries and had ${older.size}.`);
  const proof = await createConsistencyProof(older.size, newer.size, tiles.readSubtrees);
  verifyConsistency(older, newer, proof);
}

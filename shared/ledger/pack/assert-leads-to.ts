import { parseConsistencyText } from "#shared/ledger/formats/consistency-text.ts";
import { type TreeHead, verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/**
 * Throws `ProofError` unless entries, whose root was computed, are those that a checkpoint covers. `consistency` is the text of
 * the proof from the entries to the checkpoint; `null` if the checkpoint ends with them.
 */
export function assertLeadsTo(head: TreeHead, checkpoint: TreeHead, consistency: string | null): void {
  if (consistency === null) {
    if (head.size === checkpoint.size && isEqualHash(head.root, checkpoint.root)) return;
    throw new ProofError("wrong-root", "The entries do not have the root of the checkpoint.");
  }
  const { from, hashes } = parseConsistencyText(consistency);
  if (from !== head.size) throw new ProofError("wrong-size", `The consistency proof is from ${from} entries.`);
  verifyConsistency(head, checkpoint, hashes);
}

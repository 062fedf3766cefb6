import { isEqualHash } from "#shared/ledger/merkle/hashes.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { type PublishedRound, parseRound } from "./round-text.ts";

/** The store has something else than the round of this index, which cannot be replaced: the round is not protected by it. */
export class AnchorConflictError extends Error {
  override readonly name = "AnchorConflictError";

  constructor(index: number, cause?: unknown) {
    super(`The store has something else than the round ${index}.`, { cause });
  }
}

/**
 * Throws `AnchorConflictError` unless a stored text is of the round, perhaps under another checkpoint: a repeat after a crash
 * has the same leaves and the same entry, but a later proof.
 */
export function assertSameRound(index: number, stored: string, text: string): void {
  const [found, expected] = [parseStored(index, stored), parseRound(text)];
  const isSame =
    found.proof.index === expected.proof.index &&
    isEqualBytes(found.proof.extra, expected.proof.extra) &&
    hasSameLeaves(found.leaves, expected.leaves);
  if (!isSame) throw new AnchorConflictError(index);
}

/** A round whose heads are damaged is stored without its leaves, to which its entry commits as well. */
function hasSameLeaves(found: readonly Uint8Array[], expected: readonly Uint8Array[]): boolean {
  if (found.length === 0 || expected.length === 0) return true;
  return found.length === expected.length && found.every((leaf, at) => isEqualBytes(leaf, expected[at] ?? null));
}

function parseStored(index: number, text: string): PublishedRound {
  try {
    return parseRound(text);
  } catch (error) {
    throw error instanceof ProofError ? new AnchorConflictError(index, error) : error;
  }
}

function isEqualBytes(left: Uint8Array | null, right: Uint8Array | null): boolean {
  return left !== null && right !== null && isEqualHash(left, right);
}

import { createHash } from "node:crypto";

/** The Merkle tree of RFC 6962, section 2.1, written as its recursive definition: slow, and plainly right. */
export function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return createHash("sha256").digest();
  if (leaves.length === 1) return only;
  const left = largestPowerOfTwoBelow(leaves.length);
  return createHash("sha256")
    .update(Uint8Array.of(1))
    .update(referenceRoot(leaves.slice(0, left)))
    .update(referenceRoot(leaves.slice(left)))
    .digest();
}

/** Returns `k` of the RFC: the largest power of two that is smaller than `size`. */
export function largestPowerOfTwoBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** Returns the hashes of `count` different leaves. */
export function referenceLeaves(count: number, seed = ""): Uint8Array[] {
  return Array.from({ length: count }, (_, index) =>
    createHash("sha256").update(Uint8Array.of(0)).update(`${seed}${index}`).digest(),
  );
}

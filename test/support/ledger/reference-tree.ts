import { hash } from "node:crypto";

/** The Merkle tree of RFC 6962, section 2.1, written as its recursive definitions: slow, and plainly right. */
export function referenceRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (only === undefined) return hash("sha256", "", "buffer");
  if (leaves.length === 1) return only;
  const { left, right } = split(leaves);
  return hash("sha256", Buffer.concat([Uint8Array.of(1), referenceRoot(left), referenceRoot(right)]), "buffer");
}

/** `PATH` of RFC 6962, section 2.1.1. */
export function referenceInclusion(index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return [];
  const { left, right } = split(leaves);
  return index < left.length
    ? [...referenceInclusion(index, left), referenceRoot(right)]
    : [...referenceInclusion(index - left.length, right), referenceRoot(left)];
}

/** `PROOF`, and with `isWhole` false `SUBPROOF`, of RFC 6962, section 2.1.2. */
export function referenceConsistency(from: number, leaves: readonly Uint8Array[], isWhole = true): Uint8Array[] {
  if (from === leaves.length) return isWhole ? [] : [referenceRoot(leaves)];
  const { left, right } = split(leaves);
  return from <= left.length
    ? [...referenceConsistency(from, left, isWhole), referenceRoot(right)]
    : [...referenceConsistency(from - left.length, right, false), referenceRoot(left)];
}

/** Returns the hashes of `count` different leaves. */
export function referenceLeaves(count: number, seed = ""): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => hash("sha256", `\u0000${seed}${index}`, "buffer"));
}

function split(leaves: readonly Uint8Array[]) {
  let middle = 1;
  while (middle * 2 < leaves.length) middle *= 2;
  return { left: leaves.slice(0, middle), right: leaves.slice(middle) };
}

import { sha256 } from "#sha256";

/** Bytes of a hash of the tree. */
export const hashBytes = 32;

/** The root of a tree without leaves: the hash of an empty string (RFC 6962, section 2.1). */
export const emptyRoot = sha256("");

const leafPrefix = 0x00;
const nodePrefix = 0x01;

/** One buffer for all nodes, because hashing is synchronous: to allocate one for each takes 1.7 times as long. */
const node = new Uint8Array(1 + 2 * hashBytes);

/** Returns the hash of a leaf with this data, which may be given as a text in UTF-8 (RFC 6962, section 2.1). */
export function leafHash(data: Uint8Array | string): Uint8Array {
  if (typeof data === "string") return sha256(`${String.fromCharCode(leafPrefix)}${data}`);
  const prefixed = new Uint8Array(1 + data.length);
  prefixed[0] = leafPrefix;
  prefixed.set(data, 1);
  return sha256(prefixed);
}

/** Returns the hash of the node above two hashes (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  node[0] = nodePrefix;
  node.set(left, 1);
  node.set(right, 1 + hashBytes);
  return sha256(node);
}

/** Returns whether two hashes are equal. They are public, so the time that it takes may tell how far. */
export function isEqualHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

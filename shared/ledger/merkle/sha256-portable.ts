import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";

const encoder = new TextEncoder();

/** As in sha256-node.ts, for browsers: the digest of WebCrypto is asynchronous, and a tree needs two for each leaf. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return nobleSha256(typeof data === "string" ? encoder.encode(data) : data);
}

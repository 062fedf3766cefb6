import { hash } from "node:crypto";

/** Returns the SHA-256 of bytes, or of the UTF-8 of a text: 32 bytes. */
export function sha256(data: Uint8Array | string): Uint8Array {
  return hash("sha256", data, "buffer");
}

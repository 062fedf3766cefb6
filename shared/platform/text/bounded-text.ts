import { createHash } from "node:crypto";

/** One UTF-16 unit takes at most six bytes as JSON in UTF-8 (`\u0001`). */
const maxBytesPerUnit = 6;

/** Bytes for the mark: its words, a count of bytes and a digest. */
const markBytes = 128;

/**
 * Returns a text of at most `maxBytes` bytes as JSON in UTF-8, for log lines. Of a longer text it returns the beginning,
 * and a mark with its size and digest, which distinguishes texts with the same beginning.
 */
export function boundText(text: string, maxBytes: number): string {
  if (text.length * maxBytesPerUnit <= maxBytes) return text;
  if (Buffer.byteLength(JSON.stringify(text)) - 2 <= maxBytes) return text;
  const kept = Math.max(0, Math.floor((maxBytes - markBytes) / maxBytesPerUnit));
  return `${text.slice(0, kept).toWellFormed()} … cut, ${describeSize(text)}`;
}

/** Returns the size and the digest of a text, to identify the original: `390000 bytes, sha256 …`. */
export function describeSize(text: string): string {
  return `${Buffer.byteLength(text)} bytes, sha256 ${createHash("sha256").update(text).digest("hex")}`;
}

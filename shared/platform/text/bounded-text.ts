import { createHash } from "node:crypto";

/** One UTF-16 unit takes at most six bytes as JSON in UTF-8 (`\u0001`). */
const maxBytesPerUnit = 6;

/** Room for the mark: its words, a count of bytes and a digest. */
const markBytes = 128;

/**
 * A text from outside as a log line may hold it: at most `maxBytes` bytes of JSON in UTF-8. A longer text keeps its
 * beginning, and a mark with its size and digest, so that two texts that begin alike stay apart.
 */
export function boundText(text: string, maxBytes: number): string {
  if (text.length * maxBytesPerUnit <= maxBytes) return text;
  if (Buffer.byteLength(JSON.stringify(text)) - 2 <= maxBytes) return text;
  const kept = Math.max(0, Math.floor((maxBytes - markBytes) / maxBytesPerUnit));
  return `${text.slice(0, kept).toWellFormed()} … cut, ${describeSize(text)}`;
}

/** The size and the digest of a text, by which its original is found: `390000 bytes, sha256 …`. */
export function describeSize(text: string): string {
  return `${Buffer.byteLength(text)} bytes, sha256 ${createHash("sha256").update(text).digest("hex")}`;
}

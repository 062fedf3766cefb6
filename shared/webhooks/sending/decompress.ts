/** Content codings that are decompressed (RFC 9110, section 8.4.1, and RFC 7932). */
const codings = ["gzip", "x-gzip", "deflate", "br"] as const;

type Coding = (typeof codings)[number];

export type Decompressed = {
  readonly bytes: Buffer;
  /** Whether the content is longer than the limit, or damaged. Not set for a truncated stream. */
  readonly isTruncated: boolean;
};

/** Returns the coding of a Content-Encoding; `null` for several codings and unsupported ones. */
export function parseCoding(contentEncoding: string | undefined): Coding | null {
  const name = contentEncoding?.trim().toLowerCase();
  return codings.find((coding) => coding === name) ?? null;
}

/**
 * Decompresses the beginning of a body. Stops at `limit` bytes, which bounds the work for any input. Returns `null` if
 * nothing can be decompressed: some servers name a coding without applying it.
 */
export async function decompressBeginning(bytes: Buffer, coding: Coding, limit: number): Promise<Decompressed | null> {
  const stream = await decompressor(bytes, coding, limit);
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (isTruncated: boolean) => {
      stream.destroy();
      const content = Buffer.concat(chunks).subarray(0, limit);
      done(content.length === 0 && isTruncated ? null : { bytes: content, isTruncated });
    };
    stream.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) end(true);
    });
    stream.on("end", () => end(false));
    stream.on("error", () => end(true));
    stream.end(coding === "br" ? withSmallWindow(bytes) : bytes);
  });
}

/** Flushes at the end instead of finishing, which would fail for a truncated stream. */
async function decompressor(bytes: Buffer, coding: Coding, limit: number) {
  // Imported on first use: requests ask for no compression, so few receivers compress.
  const { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } = await import(
    "node:zlib"
  );
  // One byte more than the limit detects longer content without a second chunk.
  const chunkSize = limit + 1;
  if (coding === "br") return createBrotliDecompress({ chunkSize, finishFlush: constants.BROTLI_OPERATION_FLUSH });
  const options = { chunkSize, finishFlush: constants.Z_SYNC_FLUSH };
  if (coding !== "deflate") return createGunzip(options);
  return isZlib(bytes) ? createInflate(options) : createInflateRaw(options);
}

/** Whether bytes have the header of RFC 1950, section 2.2. Some servers send deflate without it. */
function isZlib(bytes: Buffer): boolean {
  return bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE() % 31 === 0;
}

/**
 * The same Brotli stream with a window of 256 KB instead of up to 16 MB (RFC 7932, section 9.1: WBITS in four bits).
 * The decoder fills a window before it returns any of it, which takes 100 ms for 16 MB of one repeated byte. The first
 * 256 KB of the content are the same.
 */
function withSmallWindow(bytes: Buffer): Buffer {
  const [first = 0] = bytes;
  const hasLargerWindow = (first & 1) === 1 && (first & 0b1110) > 0b0010;
  return hasLargerWindow ? Buffer.concat([Buffer.of((first & 0xf0) | 0b0011), bytes.subarray(1)]) : bytes;
}

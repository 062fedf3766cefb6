const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads packed values from bytes, in order. Each method throws `RangeError` if too few bytes are left. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  readByte(): number {
    return this.#bytes.readUInt8(this.#advance(1));
  }

  /** Reads milliseconds as a signed integer of 8 bytes. Returns an ISO 8601 time. Throws `RangeError` if no such time exists. */
  readTime(): string {
    return new Date(Number(this.#bytes.readBigInt64BE(this.#advance(8)))).toISOString();
  }

  /** Reads a text in UTF-8 after its length in 2 bytes. Throws `TypeError` if it is not valid UTF-8. */
  readText(): string {
    return utf8.decode(this.readBytes(this.#bytes.readUInt16BE(this.#advance(2))));
  }

  /** Returns a copy, which does not keep the rest of the bytes in memory. */
  readBytes(length: number): Uint8Array {
    const start = this.#advance(length);
    return Uint8Array.from(this.#bytes.subarray(start, start + length));
  }

  #advance(length: number): number {
    const start = this.#offset;
    if (start + length > this.#bytes.length) throw new RangeError("it ends too early");
    this.#offset += length;
    return start;
  }
}

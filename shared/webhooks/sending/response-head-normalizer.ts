import type { Socket } from "node:net";
import { normalizeHead } from "./response-head.ts";

/** A longer head is passed on unchanged. Node's parser has the same limit. */
export const maxHeadBytes = 65_536;

/** Normalises the heads of responses on one connection before Node's parser reads them. */
export type HeadNormalizer = {
  /** Call before each request on the connection. */
  expectResponse(): void;
  /** Whether a head was rewritten since then. If so, the connection must not be reused. */
  hasRewritten(): boolean;
};

const normalizers = new WeakMap<Socket, HeadNormalizer>();

/** Attaches a normalizer to a connection at the first call, and returns it. */
export function attachHeadNormalizer(socket: Socket): HeadNormalizer {
  const known = normalizers.get(socket);
  if (known !== undefined) return known;
  const normalizer = attach(socket);
  normalizers.set(socket, normalizer);
  return normalizer;
}

/**
 * Overrides `push`, which `node:net` and `node:tls` call with all received bytes. A `data` listener would be too late:
 * Node destroys the connection at the first byte that its parser does not accept.
 */
function attach(socket: Socket): HeadNormalizer {
  const deliver = socket.push.bind(socket);
  let scan: HeadScan | null = null;
  let rewritten = false;

  const deliverHead = (bytes: Buffer) => {
    const head = bytes.toString("latin1");
    const normalized = normalizeHead(head);
    if (normalized !== head) rewritten = true;
    // Another head follows an interim response (1xx) except 101, after which the protocol is not HTTP.
    scan = /^HTTP\/1\.\d 1(?!01)\d\d\b/.test(head) ? new HeadScan() : null;
    return deliver(normalized === head ? bytes : Buffer.from(normalized, "latin1"));
  };

  const handleChunk = (chunk: Buffer): boolean => {
    let wantsMore = true;
    let rest = chunk;
    while (scan !== null && rest.length > 0) {
      const end = scan.add(rest);
      if (end === null && scan.mayBeHead()) return wantsMore;
      const held = scan.bytes();
      if (end !== null) wantsMore = deliverHead(held.subarray(0, end));
      else scan = null;
      rest = held.subarray(end ?? 0);
    }
    return rest.length === 0 ? wantsMore : deliver(rest);
  };

  socket.push = (chunk, encoding) => {
    if (Buffer.isBuffer(chunk)) return handleChunk(chunk);
    const held = scan?.bytes();
    scan = null;
    if (held !== undefined && held.length > 0) deliver(held);
    return deliver(chunk, encoding);
  };

  return {
    expectResponse() {
      scan = new HeadScan();
      rewritten = false;
    },
    hasRewritten: () => rewritten,
  };
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const beginning = Buffer.from("HTTP/");

/** Collects bytes until the empty line that ends a head. Scans each byte once, however they are split into chunks. */
class HeadScan {
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #isLineEmpty = true;
  #isHttp = true;

  /** Returns the length of the head, or `null` while it is incomplete. */
  add(chunk: Buffer): number | null {
    const before = this.#length;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const begun = chunk.subarray(0, Math.max(0, beginning.length - before));
    this.#isHttp &&= beginning.subarray(before, before + begun.length).equals(begun);
    for (let at = 0; at < chunk.length; at++) {
      if (chunk[at] === lineFeed) {
        if (this.#isLineEmpty) return before + at + 1;
        this.#isLineEmpty = true;
      } else if (chunk[at] !== carriageReturn) {
        this.#isLineEmpty = false;
      }
    }
    return null;
  }

  /** Whether to wait for more bytes. Another protocol may never send an empty line. */
  mayBeHead(): boolean {
    return this.#isHttp && this.#length <= maxHeadBytes;
  }

  bytes(): Buffer {
    const [first, ...others] = this.#chunks;
    return first !== undefined && others.length === 0 ? first : Buffer.concat(this.#chunks);
  }
}

import { sha256 } from "#sha256";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";
import { appendLeaves, type Frontier, rootOf } from "#shared/ledger/merkle/frontier.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { type ExportedEntry, leafOf } from "./entry-line.ts";

/** The end of the entries that were added: what is needed to add further ones. */
export type LogEnd = { readonly size: number; readonly frontier: Frontier; readonly sealed_at: string };

/** Computes the root of a log from its entries, in order. Holds a hash for each power of two, however long the log is. */
export class LogHasher {
  #end: LogEnd;

  constructor(start: LogEnd = { size: 0, frontier: [], sealed_at: "" }) {
    this.#end = start;
  }

  get end(): LogEnd {
    return this.#end;
  }

  /** Adds the next entries. Throws `ProofError` with the sequence if one is missing, out of order or not its own event. */
  add(entries: readonly ExportedEntry[]): void {
    let { size, sealed_at } = this.#end;
    for (const entry of entries) {
      const { sequence } = entry;
      if (sequence !== size + 1) {
        throw new ProofError("wrong-size", `Sequence ${size + 1} is missing: ${sequence} follows ${size}.`);
      }
      if (entry.sealed_at < sealed_at) {
        throw new ProofError("wrong-content", `Sequence ${sequence} was sealed before the one before it.`);
      }
      if (entry.event !== null && encodeHex(sha256(entry.event)) !== entry.sha256) {
        throw new ProofError("wrong-content", `Sequence ${sequence}: the event was changed.`);
      }
      ({ sealed_at } = entry);
      size = sequence;
    }
    const frontier = appendLeaves(this.#end.frontier, this.#end.size, entries.map(leafOf));
    this.#end = { size, frontier, sealed_at };
  }

  /** Returns the log so far as a checkpoint of it states it. */
  head(): TreeHead {
    return { size: this.#end.size, root: rootOf(this.#end.frontier) };
  }
}

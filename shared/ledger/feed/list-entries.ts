import type { Chunk } from "#shared/ledger/chunk.ts";
import type { LedgerReader } from "#shared/ledger/ports.ts";
import type { SequencedEntry } from "./change.ts";

export type EntryRange = {
  readonly log: string;
  /** The sequence before the first entry. */
  readonly after: number;
  /** Entries at most. */
  readonly limit: number;
};

/** Entries without a gap, and the sequence of the last entry of the log. */
export type EntryPage = { readonly entries: readonly SequencedEntry[]; readonly latest: number };

/** Chunks of one read. DynamoDB ends it after 1 MB anyway. */
const maxChunks = 1_000;

/**
 * Lists entries of a log in order. The newest chunk is read first: a client that has read nearly everything needs no
 * other. Throws if an entry is missing between two others, which a damaged ledger means.
 */
export async function listEntries(ledger: LedgerReader, { log, after, limit }: EntryRange): Promise<EntryPage> {
  const newest = await getNewestChunk(ledger, log, after);
  if (newest === null || newest.size <= after) return { entries: [], latest: newest?.size ?? 0 };
  if (newest.first <= after) return { entries: toEntries([newest], after, limit), latest: newest.size };
  const entries: SequencedEntry[] = [];
  let chunkCount = 1;
  let chunksRead = 0;
  // A page can name its end as the start of the next one although no chunk follows.
  for (let next: number | null = after; next !== null && next < newest.size && entries.length < limit; ) {
    const page = await readChunks(ledger, log, next, chunkCount);
    entries.push(...toEntries(page.chunks, next, limit - entries.length));
    next = page.next;
    // Chunks of one organisation have about the same size.
    chunksRead += page.chunks.length;
    chunkCount = Math.min(maxChunks, Math.ceil(((limit - entries.length) * chunksRead) / entries.length));
  }
  return { entries, latest: Math.max(newest.size, entries.at(-1)?.sequence ?? 0) };
}

/** An eventually consistent read can lack the newest chunks: a client that has more entries gets a consistent one. */
async function getNewestChunk(ledger: LedgerReader, log: string, after: number): Promise<Chunk | null> {
  const newest = await ledger.getNewestChunk(log);
  return (newest?.size ?? 0) < after ? ledger.getNewestChunk(log, true) : newest;
}

/**
 * Reads chunks from an index on that the log is known to have. An eventually consistent read can lack chunks that others
 * follow, so a page with a gap is read again.
 */
async function readChunks(ledger: LedgerReader, log: string, from: number, limit: number) {
  const page = await ledger.listChunks(log, { from, limit });
  if (isContiguous(page.chunks, from)) return page;
  const consistent = await ledger.listChunks(log, { from, limit, isConsistent: true });
  if (isContiguous(consistent.chunks, from)) return consistent;
  throw new Error(`The log ${log} has a gap after ${from} entries.`);
}

function isContiguous(chunks: readonly Chunk[], from: number): boolean {
  let end = from;
  for (const [at, { first, size }] of chunks.entries()) {
    if (at === 0 ? first > from || size <= from : first !== end) return false;
    end = size;
  }
  return chunks.length > 0;
}

/** Returns up to `limit` entries from the index `from` on. */
function toEntries(chunks: readonly Chunk[], from: number, limit: number): SequencedEntry[] {
  return chunks
    .flatMap(({ first, sealed_at, entries }) =>
      entries.map((entry, at) => ({ sequence: first + at + 1, sealed_at, entry })),
    )
    .filter(({ sequence }) => sequence > from)
    .slice(0, limit);
}

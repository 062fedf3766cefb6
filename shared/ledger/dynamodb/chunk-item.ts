import { type Chunk, chunkEntries } from "#shared/ledger/chunk.ts";
import { DamagedChunkError } from "#shared/ledger/damaged-chunk.ts";
import { rootOf } from "#shared/ledger/merkle/frontier.ts";
import { hashBytes } from "#shared/ledger/merkle/hashes.ts";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { chunkPartition } from "#shared/platform/dynamodb/keys.ts";
import { isTimestamp } from "#shared/platform/time/timestamp.ts";
import { packEntries, unpackEntries } from "./packed-entries.ts";

/** Returns the item of a chunk. With 256 entries, each as large as an entry may be, it has less than 400 KB. */
export function toChunkItem(log: string, chunk: Chunk): AttributeMap {
  return {
    pk: { S: chunkPartition(log) },
    sk: { N: String(chunk.first) },
    entries: { B: packEntries(chunk.entries) },
    at: { S: chunk.sealed_at },
    size: { N: String(chunk.size) },
    frontier: { B: Buffer.concat(chunk.frontier) },
    root: { B: chunk.root },
    shard: { S: chunk.source.shard },
    upto: { S: chunk.source.upTo },
  };
}

/** Parses the item of a chunk. Throws `DamagedChunkError` with the first reason why it is not a chunk. */
export function parseChunkItem(item: AttributeMap): Chunk {
  try {
    return parseChunk(item);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DamagedChunkError(formatKey(item), reason);
  }
}

/** Returns the key of an item for people. */
export function formatKey({ pk, sk }: AttributeMap): string {
  return `${pk?.S ?? "?"} ${sk?.N ?? "?"}`;
}

function parseChunk(item: AttributeMap): Chunk {
  const first = parseIndex(item, "sk");
  const size = parseIndex(item, "size");
  const entries = unpackEntries(parseBytes(item, "entries"));
  if (entries.length === 0 || first + entries.length !== size) throw new Error("size is not the end of its entries");
  if ((first % chunkEntries) + entries.length > chunkEntries) throw new Error("it crosses the end of a tile");
  const frontier = parseFrontier(item, size);
  const root = parseBytes(item, "root");
  if (!Buffer.from(rootOf(frontier)).equals(root)) throw new Error("root is not that of frontier");
  return {
    first,
    size,
    sealed_at: parseText(item, "at", isTimestamp),
    entries,
    frontier,
    root,
    source: {
      shard: parseText(item, "shard", (shard) => shard !== ""),
      upTo: parseText(item, "upto", (upTo) => /^\d+$/.test(upTo)),
    },
  };
}

/** A frontier has one hash for each bit that is set in the size. */
function parseFrontier(item: AttributeMap, size: number): Uint8Array[] {
  const bytes = parseBytes(item, "frontier");
  const count = size.toString(2).replaceAll("0", "").length;
  if (bytes.length !== count * hashBytes) throw new Error("frontier does not fit its size");
  return Array.from({ length: count }, (_, at) => bytes.slice(at * hashBytes, (at + 1) * hashBytes));
}

function parseIndex(item: AttributeMap, name: string): number {
  const value = Number(item[name]?.N);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} is not valid`);
  return value;
}

function parseText(item: AttributeMap, name: string, isValid: (value: string) => boolean): string {
  const value = item[name]?.S;
  if (value === undefined || !isValid(value)) throw new Error(`${name} is not valid`);
  return value;
}

function parseBytes(item: AttributeMap, name: string): Uint8Array {
  const value = item[name]?.B;
  if (value === undefined) throw new Error(`${name} is missing`);
  return value;
}

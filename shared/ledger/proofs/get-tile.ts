import { ActivityError } from "#shared/errors.ts";
import type { Chunk } from "#shared/ledger/chunk.ts";
import { entryData } from "#shared/ledger/formats/entry-data.ts";
import type { TileResource } from "#shared/ledger/formats/tile-path.ts";
import { tileWidth } from "#shared/ledger/merkle/tile.ts";
import { readTile } from "#shared/ledger/tiles/read-tile.ts";
import type { TileRange } from "#shared/ledger/tiles/tile-store.ts";
import type { ProofPorts } from "./proof-ports.ts";

export type TilePorts = Pick<ProofPorts, "checkpoints" | "tiles">;

/**
 * Returns the bytes of a tile. Throws `ActivityError` `not_found` if no signed checkpoint has it: what was not signed could
 * still change without a contradiction.
 */
export async function getTile(ports: TilePorts, log: string, tile: TileResource): Promise<Uint8Array> {
  const level = tile.level === "entries" ? 0 : tile.level;
  const first = tile.index * tileWidth;
  const range = { level, first, end: first + tile.width };
  if (!(await isSigned(ports, log, range))) {
    throw new ActivityError("not_found", "No checkpoint that was signed has this tile.");
  }
  const { hashes, chunks } = await readTile(ports.tiles, log, range);
  return tile.level === "entries" ? toBundle(chunks, tile.width) : Buffer.concat(hashes);
}

/** A full tile is part of every later checkpoint, a partial one only of those that end in it. */
async function isSigned({ checkpoints }: TilePorts, log: string, range: TileRange): Promise<boolean> {
  const leaves = tileWidth ** range.level;
  const min = range.end * leaves;
  if (!Number.isSafeInteger(min + leaves)) return false;
  if (range.end % tileWidth === 0) return ((await checkpoints.getLatest(log))?.size ?? 0) >= min;
  return (await checkpoints.findBySize(log, { min, max: min + leaves - 1 })) !== null;
}

/** Returns entries, each after its length in two bytes (C2SP tlog-tiles, "Log Entries"). */
function toBundle(chunks: readonly Chunk[], count: number): Uint8Array {
  const entries = chunks.flatMap(({ sealed_at, entries }) =>
    entries.map(({ kind, sha256 }) => entryData(kind, sealed_at, sha256)),
  );
  return Buffer.concat(entries.slice(0, count).flatMap((data) => [uint16(data.length), data]));
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

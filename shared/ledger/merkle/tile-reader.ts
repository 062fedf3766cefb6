import { appendLeaves, rootOf } from "./frontier.ts";
import type { Subtree, SubtreeReader } from "./subtrees.ts";
import { type Tile, tileHeight, tileWidth } from "./tile.ts";

/** Returns the hashes of a tile, as many as it has. Rejects if it cannot read the tile. */
export type TileReader = (tile: Tile) => Promise<readonly Uint8Array[]>;

/** Creates a reader of subtrees that reads tiles: each of those it needs once, all at the same time. */
export function createTileSubtreeReader(readTile: TileReader): SubtreeReader {
  return async (subtrees) => {
    const tiles = new Map<string, Promise<readonly Uint8Array[]>>();
    const readOnce = ({ level, index }: Tile) => {
      const key = `${level}/${index}`;
      const hashes = tiles.get(key) ?? readTile({ level, index });
      tiles.set(key, hashes);
      return hashes;
    };
    return Promise.all(subtrees.map((subtree) => readRoot(subtree, readOnce)));
  };
}

/** Returns the root of a subtree from the tile that contains it whole. */
async function readRoot({ height, index }: Subtree, readTile: TileReader): Promise<Uint8Array> {
  const level = Math.floor(height / tileHeight);
  const width = 2 ** (height % tileHeight);
  const tile = { level, index: Math.floor((index * width) / tileWidth) };
  const offset = (index * width) % tileWidth;
  const hashes = (await readTile(tile)).slice(offset, offset + width);
  if (hashes.length === width) return rootOf(appendLeaves([], 0, hashes));
  throw new RangeError(`Tile ${level}/${tile.index} has no ${offset + width} hashes.`);
}

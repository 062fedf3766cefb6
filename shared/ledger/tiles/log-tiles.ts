import type { Chunk } from "#shared/ledger/chunk.ts";
import type { Frontier } from "#shared/ledger/merkle/frontier.ts";
import { type Subtree, type SubtreeReader, subtreesOf } from "#shared/ledger/merkle/subtrees.ts";
import { type Tile, tileWidth } from "#shared/ledger/merkle/tile.ts";
import { createTileSubtreeReader } from "#shared/ledger/merkle/tile-reader.ts";
import { readTile, type TileContent } from "./read-tile.ts";
import type { TileStore } from "./tile-store.ts";

/** A log at a size. Hashes of its frontier, if it is known, are not read. */
type TiledLog = { readonly size: number; readonly frontier?: Frontier };

/**
 * The tiles of one log at one size. Reads each tile once, concurrently with others. With the frontier, a proof needs only
 * the tiles above its leaf: three for up to 256³ leaves. Without it, those at the end of the log too.
 */
export class LogTiles {
  readonly #store: TileStore;
  readonly #log: string;
  readonly #size: number;
  readonly #frontier: ReadonlyMap<string, Uint8Array>;
  readonly #tiles = new Map<string, Promise<TileContent>>();
  readonly #readFromTiles: SubtreeReader;

  constructor(store: TileStore, log: string, { size, frontier = [] }: TiledLog) {
    this.#store = store;
    this.#log = log;
    this.#size = size;
    const subtrees = subtreesOf({ start: 0, end: size }).map(toKey);
    this.#frontier = new Map(frontier.map((hash, at) => [subtrees[at] ?? "", hash]));
    this.#readFromTiles = createTileSubtreeReader(async (tile) => (await this.#getTile(tile)).hashes);
  }

  /** Returns the roots of perfect subtrees, in their order. Throws `MissingHashesError` if the ledger lacks one. */
  readonly readSubtrees: SubtreeReader = async (subtrees) => {
    const read = async (subtree: Subtree) => {
      const known = this.#frontier.get(toKey(subtree));
      return known === undefined ? this.#readFromTiles([subtree]) : [known];
    };
    return (await Promise.all(subtrees.map(read))).flat();
  };

  /** Returns the chunk that contains a leaf. */
  async getChunk(index: number): Promise<Chunk> {
    const { chunks } = await this.#getTile({ level: 0, index: Math.floor(index / tileWidth) });
    const chunk = chunks.find(({ first, size }) => first <= index && index < size);
    if (chunk === undefined) throw new RangeError(`A log of ${this.#size} entries has no entry ${index}.`);
    return chunk;
  }

  #getTile({ level, index }: Tile): Promise<TileContent> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const count = Math.floor(this.#size / tileWidth ** level);
    const range = { level, first: index * tileWidth, end: Math.min(count, (index + 1) * tileWidth) };
    const content = readTile(this.#store, this.#log, range);
    this.#tiles.set(key, content);
    return content;
  }
}

function toKey({ height, index }: Subtree): string {
  return `${height}/${index}`;
}

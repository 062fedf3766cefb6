/** Levels of the tree that a tile spans: its hashes are those at the bottom of a subtree of this height. */
export const tileHeight = 8;

/** Hashes of a full tile. */
export const tileWidth = 2 ** tileHeight;

/** A tile (C2SP tlog-tiles): of level 0 it has leaf hashes, of each level above the roots of full tiles below. */
export type Tile = { readonly level: number; readonly index: number };

import { parseDecimal } from "#shared/ledger/encoding/decimal.ts";
import { type Tile, tileWidth } from "#shared/ledger/merkle/tile.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** What a path names: a tile of hashes, or at the level `entries` the bundle of the entries below a tile of level 0. */
export type TileResource = {
  readonly level: Tile["level"] | "entries";
  readonly index: number;
  /** Hashes or entries: 256 if it is full. */
  readonly width: number;
};

const maxLevel = 63;
const pathPattern = /^tile\/(entries|[0-9]+)\/((?:x[0-9]{3}\/)*[0-9]{3})(?:\.p\/([0-9]+))?$/;

/** Returns the path of a tile below the prefix of a log (C2SP tlog-tiles, "Merkle Tree" and "Log entries"). */
export function formatTilePath({ level, index, width }: TileResource): string {
  return `tile/${level}/${formatIndex(index)}${width === tileWidth ? "" : `.p/${width}`}`;
}

/** Parses the path of a tile. Throws `ProofError` if it is not exactly what `formatTilePath` returns. */
export function parseTilePath(path: string): TileResource {
  const [, level = "", index = "", width] = pathPattern.exec(path) ?? [];
  if (level === "") throw malformed(path);
  const tile: TileResource = {
    level: level === "entries" ? level : parseDecimal(level, "The level of the tile"),
    index: Number(index.replaceAll(/[x/]/g, "")),
    width: width === undefined ? tileWidth : parseDecimal(width, "The width of the tile"),
  };
  if (tile.level !== "entries" && tile.level > maxLevel) throw malformed(path);
  if (width !== undefined && (tile.width === 0 || tile.width >= tileWidth)) throw malformed(path);
  if (!Number.isSafeInteger(tile.index) || formatTilePath(tile) !== path) throw malformed(path);
  return tile;
}

/** Returns the index in groups of three digits, each but the last after an `x`: `x001/x234/067`. */
function formatIndex(index: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  return padded.replaceAll(/[0-9]{3}(?=[0-9])/g, "x$&/");
}

function malformed(path: string): ProofError {
  return new ProofError("malformed", `${JSON.stringify(path)} is not the path of a tile.`);
}

import type { PathParameter } from "#shared/api/operations/parameter.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseTilePath, type TileResource } from "#shared/ledger/formats/tile-path.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

export const tilePath: PathParameter = {
  name: "tile",
  in: "path",
  required: true,
  description:
    "`L/N` for the hashes of tile `N` of level `L`, `entries/N` for the entries of tile `N` of level 0; `N` in groups of " +
    "three digits, all but the last with `x`. A partial tile of `W` hashes ends with `.p/W`.",
  schema: { type: "string" },
  example: "0/x001/067",
  containsSlashes: true,
};

/** Parses the value of `tilePath`. Throws `ActivityError` `not_found`. */
export function parseTile(path = ""): TileResource {
  try {
    return parseTilePath(`tile/${path}`);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new ActivityError("not_found", "The path is not that of a tile. See C2SP tlog-tiles.");
  }
}

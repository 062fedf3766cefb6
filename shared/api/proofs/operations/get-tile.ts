import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { bytesResponse } from "#shared/api/http/response.ts";
import type { PathParameter } from "#shared/api/operations/parameter.ts";
import { proofResponses } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseTilePath, type TileResource } from "#shared/ledger/formats/tile-path.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";
import { getTile as getLogTile } from "#shared/ledger/proofs/get-tile.ts";
import type { ProofsOperation } from "./proofs-call.ts";

const tilePath: PathParameter = {
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

/** Only the caller may cache a tile, which never changes. */
const immutable = { "cache-control": "private, max-age=31536000, immutable" };

export const getTile: ProofsOperation = {
  operationId: "get_log_tile",
  method: "GET",
  path: `${basePath}/activity/log/tile/{tile}`,
  route: "get_tile",
  scope: "AIBooks.activity.READ",
  parameters: [tilePath, ...orgParameters],
  async handle({ path, caller, proofs }) {
    const tile = parseTile(`tile/${path.tile}`);
    return bytesResponse(await getLogTile(proofs, caller.org_id, tile), immutable);
  },
};

function parseTile(path: string): TileResource {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new ActivityError("not_found", "The path is not that of a tile. See C2SP tlog-tiles.");
  }
}

export const describeGetTile = () => {
  const content = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };
  return {
    summary: "A tile of the log",
    description:
      "256 hashes of the Merkle tree, or 256 entries, as C2SP tlog-tiles defines them, for tools that verify whole logs. A " +
      "full tile exists once a checkpoint covers it, a partial one only if a checkpoint with its end was signed.",
    tags: ["proofs"],
    responses: proofResponses("The tile. It never changes.", content, ["Cache-Control"]),
  };
};

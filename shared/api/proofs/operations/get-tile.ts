import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { orgParameters } from "#shared/api/finzbooks/parameters.ts";
import { bytesResponse } from "#shared/api/http/response.ts";
import { proofResponses } from "#shared/api/proofs/openapi/describe-proof-operation.ts";
import { parseTile, tilePath } from "#shared/api/proofs/tile-parameter.ts";
import { getTile as getLogTile } from "#shared/ledger/proofs/get-tile.ts";
import type { ProofsOperation } from "./proofs-call.ts";

/** Only the caller may cache a tile, which never changes. */
const immutable = { "cache-control": "private, max-age=31536000, immutable" };

export const getTile: ProofsOperation = {
  operationId: "get_log_tile",
  method: "GET",
  path: `${basePath}/activity/log/tile/{tile}`,
  route: "get_tile",
  scope: "AIBooks.activity.READ",
  parameters: [tilePath, ...orgParameters],
  async handle({ path, caller, meter, createProofPorts }) {
    return bytesResponse(await getLogTile(createProofPorts(meter), caller.org_id, parseTile(path.tile)), immutable);
  },
};

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

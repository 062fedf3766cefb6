import { publicResponses } from "#shared/api/anchors/public-responses.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { bytesResponse } from "#shared/api/http/response.ts";
import { parseTile, tilePath } from "#shared/api/proofs/tile-parameter.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { getTile } from "#shared/ledger/proofs/get-tile.ts";
import type { AnchorsOperation } from "./anchors-call.ts";

const immutable = { "cache-control": "public, max-age=31536000, immutable" };

export const getAnchorsTile: AnchorsOperation = {
  operationId: "get_anchors_tile",
  method: "GET",
  path: `${basePath}/activity/anchors/tile/{tile}`,
  route: "get_anchors_tile",
  scope: null,
  parameters: [tilePath],
  async handle({ path: { tile = "" }, anchors }) {
    const known = anchors.servedTiles.get(tile);
    if (known !== undefined) return bytesResponse(known, immutable);
    const bytes = await getTile(anchors, anchorsLog, parseTile(tile));
    anchors.servedTiles.set(tile, bytes);
    return bytesResponse(bytes, immutable);
  },
};

export const describeGetAnchorsTile = () => ({
  summary: "A tile of the log of anchors",
  description:
    "Needs no token. 256 hashes of the Merkle tree, or 256 entries, as C2SP tlog-tiles defines them. Each entry is a round, " +
    "which commits to the heads of many logs and names none of them.",
  tags: ["proofs"],
  responses: publicResponses("The tile. It never changes.", {
    "application/octet-stream": { schema: { type: "string", format: "binary" } },
  }),
});

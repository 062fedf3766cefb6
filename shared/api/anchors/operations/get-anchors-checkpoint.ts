import { publicResponses } from "#shared/api/anchors/public-responses.ts";
import { basePath } from "#shared/api/finzbooks/base-path.ts";
import { textResponse } from "#shared/api/http/response.ts";
import { anchorsCheckpointExample } from "#shared/api/proofs/openapi/anchor-example.ts";
import { ActivityError } from "#shared/errors.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import type { AnchorsOperation } from "./anchors-call.ts";

/** A round is made at most once a minute for each shard of the ledger. */
const briefly = { "cache-control": "public, max-age=10" };

export const getAnchorsCheckpoint: AnchorsOperation = {
  operationId: "get_anchors_checkpoint",
  method: "GET",
  path: `${basePath}/activity/anchors/checkpoint`,
  route: "get_anchors_checkpoint",
  scope: null,
  parameters: [],
  async handle({ anchors }) {
    const checkpoint = await anchors.checkpoints.getLatest(anchorsLog);
    if (checkpoint === null) throw new ActivityError("not_found", "No anchor was made yet.");
    return textResponse(checkpoint.note, briefly);
  },
};

export const describeGetAnchorsCheckpoint = () => ({
  summary: "The latest checkpoint of the log of anchors",
  description:
    "Needs no token. The size of the log of anchors and the root of its Merkle tree, signed (C2SP tlog-checkpoint).",
  tags: ["proofs"],
  responses: publicResponses("A signed note (C2SP signed-note).", {
    "text/plain": { schema: { type: "string" }, examples: { sample: { value: anchorsCheckpointExample } } },
  }),
});

import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import { describeFindProof, findProof } from "./find-proof.ts";
import { describeGetAnchor, getAnchor } from "./get-anchor.ts";
import { describeGetCheckpoint, describeGetLogCheckpoint, getCheckpoint, getLogCheckpoint } from "./get-checkpoint.ts";
import { describeGetConsistency, getConsistency } from "./get-consistency.ts";
import { describeGetProof, getProof } from "./get-proof.ts";
import { describeGetTile, getTile } from "./get-tile.ts";
import type { ProofsOperation } from "./proofs-call.ts";

/** The operations that need a token. */
export const proofsOperations: readonly ProofsOperation[] = [
  getCheckpoint,
  getProof,
  getAnchor,
  findProof,
  getConsistency,
  getLogCheckpoint,
  getTile,
];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedProofsOperations = (): readonly DescribedOperation[] => [
  [getCheckpoint, describeGetCheckpoint],
  [getProof, describeGetProof],
  [getAnchor, describeGetAnchor],
  [findProof, describeFindProof],
  [getConsistency, describeGetConsistency],
  [getLogCheckpoint, describeGetLogCheckpoint],
  [getTile, describeGetTile],
];

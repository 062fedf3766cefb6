import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import type { AnchorsOperation } from "./anchors-call.ts";
import { describeGetAnchorsCheckpoint, getAnchorsCheckpoint } from "./get-anchors-checkpoint.ts";
import { describeGetAnchorsTile, getAnchorsTile } from "./get-anchors-tile.ts";
import { describeListKeys, listKeys } from "./list-keys.ts";

export const anchorsOperations: readonly AnchorsOperation[] = [listKeys, getAnchorsCheckpoint, getAnchorsTile];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedAnchorsOperations = (): readonly DescribedOperation[] => [
  [listKeys, describeListKeys],
  [getAnchorsCheckpoint, describeGetAnchorsCheckpoint],
  [getAnchorsTile, describeGetAnchorsTile],
];

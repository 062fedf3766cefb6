import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import { createViewerToken, describeCreateViewerToken } from "./create-viewer-token.ts";
import type { ViewerTokensOperation } from "./viewer-tokens-call.ts";

export const viewerTokensOperations: readonly ViewerTokensOperation[] = [createViewerToken];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedViewerTokensOperations = (): readonly DescribedOperation[] => [
  [createViewerToken, describeCreateViewerToken],
];

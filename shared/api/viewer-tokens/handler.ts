import { createCallerHandler } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { ViewerTokensCall } from "./operations/viewer-tokens-call.ts";
import { viewerTokensOperations } from "./operations/viewer-tokens-operations.ts";

export type ViewerTokensPorts = Pick<ViewerTokensCall, "signViewerToken" | "now" | "random"> & {
  readonly tokens: TokenUsageStore;
};

/** Creates the handler that issues viewer tokens. It throws `ActivityError`, which `renderError` renders. */
export function createViewerTokensHandler(ports: ViewerTokensPorts) {
  return createCallerHandler<ViewerTokensPorts>(viewerTokensOperations, ports);
}

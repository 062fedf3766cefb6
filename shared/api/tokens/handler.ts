import { createCallerHandler } from "#shared/api/finzbooks/create-caller-handler.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { TokensCall } from "./operations/tokens-call.ts";
import { tokensOperations } from "./operations/tokens-operations.ts";

export type TokensPorts = Pick<TokensCall, "orgTokens" | "now"> & { readonly tokens: TokenUsageStore };

/** Creates the handler that lists and revokes tokens. It throws `ActivityError`, which `renderError` renders. */
export function createTokensHandler(ports: TokensPorts) {
  return createCallerHandler<TokensPorts>(tokensOperations, ports);
}

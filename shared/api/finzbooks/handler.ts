import { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createRouter, matchesPath } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { VerifyViewerToken } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import type { EventReader } from "#shared/events/query/query.ts";
import type { SequenceFinder } from "#shared/ledger/feed/find-sequences.ts";
import { finzbooksOperations } from "./operations/finzbooks-operations.ts";

export type FinzbooksPorts = {
  readonly events: EventReader;
  readonly findSequences: SequenceFinder;
  readonly tokens: TokenUsageStore;
  readonly verifyViewerToken: VerifyViewerToken;
  readonly now: () => Date;
};

const findOperation = createRouter(finzbooksOperations);

/** Whether an operation of a path accepts viewer tokens. */
export function acceptsViewerTokens(path: string): boolean {
  return finzbooksOperations.some((operation) => operation.acceptsViewerTokens && matchesPath(operation, path));
}

/** Creates the handler of the FinzBooks dialect. It throws `ActivityError`, which `renderError` renders. */
export function createFinzbooksHandler({ tokens, ...ports }: FinzbooksPorts) {
  const shared = { ...ports, callerCache: new CallerCache(), authenticator: new TokenAuthenticator(tokens) };

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { operation, path } = findOperation(request.method, request.path);
    context.auditFields.route = operation.route;
    return operation.handle({ request, path, context, ...shared });
  };
}

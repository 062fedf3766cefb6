import { authenticateCaller, parseCredentials } from "#shared/api/finzbooks/credentials.ts";
import { defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { queryNames } from "#shared/api/operations/parse-parameters.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { assertScope } from "#shared/auth/caller.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { ViewerTokensCall } from "./operations/viewer-tokens-call.ts";
import { viewerTokensOperations } from "./operations/viewer-tokens-operations.ts";

export type ViewerTokensPorts = Pick<ViewerTokensCall, "signViewerToken" | "now" | "random"> & {
  readonly tokens: TokenUsageStore;
};

const findOperation = createRouter(viewerTokensOperations);

/** Creates the handler that issues viewer tokens. It throws `ActivityError`, which `renderError` renders. */
export function createViewerTokensHandler({ tokens, ...ports }: ViewerTokensPorts) {
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { operation, path } = findOperation(request.method, request.path);
    const { auditFields } = context;
    auditFields.route = operation.route;
    const credentials = parseCredentials(request);
    const policy = { rateLimitPolicy: defaultRateLimitPolicy, now: () => ports.now() };
    const auth = { authenticator, credential: credentials.secret, context, ...policy };
    const caller = await authenticateCaller(auth, credentials);
    assertScope(caller.token, operation.scope);
    assertKnownParameters(request.query, queryNames(operation.parameters));
    return operation.handle({ ...ports, request, path, auditFields, caller });
  };
}

import { unknownResource } from "#shared/api/fakturoid/errors.ts";
import { assertUserAgent } from "#shared/api/fakturoid/user-agent.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { AccessGrantStore } from "#shared/auth/issue-access-token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { oauthOperations } from "./operations/oauth-operations.ts";

export type OauthPorts = {
  readonly tokens: TokenUsageStore;
  readonly issued: AccessGrantStore;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
};

const findOperation = createRouter(oauthOperations, { notFound: unknownResource });

/**
 * Creates the handler that issues and revokes access tokens for OAuth 2.0 client credentials (RFC 6749, section 4.4, and
 * RFC 7009). It throws `ActivityError`, which `renderOauthError` renders.
 */
export function createOauthHandler({ tokens, ...ports }: OauthPorts) {
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    assertUserAgent(request);
    const { operation, path } = findOperation(request.method, request.path);
    context.auditFields.route = operation.route;
    return operation.handle({ request, path, context, authenticator, ...ports });
  };
}

import { defaultRateLimitPolicy, toCacheKey } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { type ActiveToken, assertScope } from "#shared/auth/caller.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { ActivityError } from "#shared/errors.ts";
import type { OffsetPaginationPorts } from "#shared/events/query/offset-pagination.ts";
import { authorizeAccount, parseCredentials } from "./credentials.ts";
import { negotiateFormat } from "./format/negotiate-format.ts";
import { simplybooksOperations } from "./operations/simplybooks-operations.ts";

export type SimplybooksPorts = OffsetPaginationPorts & { readonly tokens: TokenUsageStore; readonly orgs: OrgReader };

const findOperation = createRouter(simplybooksOperations, {
  notFound: () => new ActivityError("not_found", "domain unknown"),
});

/** Creates the handler of the SimplyBooks dialect. It throws `ActivityError`, which `renderError` renders. */
export function createSimplybooksHandler({ tokens, ...ports }: SimplybooksPorts) {
  const { now } = ports;
  const callerCache = new CallerCache();
  const orgs = new OrgCache(ports.orgs, now);
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { auditFields } = context;
    const { operation, path } = findOperation(request.method, request.path);
    auditFields.route = operation.route;
    const format = negotiateFormat(request);
    const { key, account } = parseCredentials(request);
    const auth = {
      authenticator,
      credential: key,
      context,
      rateLimitPolicy: defaultRateLimitPolicy,
      now,
      callerCache,
      cacheKey: `${toCacheKey(key)} ${account}`,
      authorize: async (token: ActiveToken) => {
        assertScope(token, operation.scope);
        return authorizeAccount(token, orgs, account);
      },
    };
    return operation.handle({ request, path, auditFields, format, auth, orgs, ports });
  };
}

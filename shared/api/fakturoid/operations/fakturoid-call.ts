import { fakturoidRateLimitPolicy, parseToken } from "#shared/api/fakturoid/credentials.ts";
import type { SubjectLookup } from "#shared/api/fakturoid/ids/subject-lookup.ts";
import type { AuthContext } from "#shared/api/http/authenticate-request.ts";
import type { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import type { OrgCache } from "#shared/auth/orgs/org-cache.ts";
import type { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { OffsetPaginationPorts } from "#shared/events/query/offset-pagination.ts";

/** A request to this dialect, and what all its operations need. */
export type FakturoidCall = PathCall & {
  readonly context: RequestContext;
  readonly ports: OffsetPaginationPorts;
  readonly orgs: OrgCache;
  readonly authenticator: TokenAuthenticator;
  readonly callerCache: CallerCache;
  readonly subjects: SubjectLookup;
};

export type FakturoidOperation = Operation<FakturoidCall>;

/** Returns what a request is authenticated with. Throws `ActivityError` `unauthenticated` if it has no token. */
export function authenticationOf({ request, context, authenticator, ports: { now } }: FakturoidCall): AuthContext {
  return { authenticator, credential: parseToken(request), context, rateLimitPolicy: fakturoidRateLimitPolicy, now };
}

export function fakturoidResponse(body: string): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

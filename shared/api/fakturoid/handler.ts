import { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { OffsetPaginationPorts } from "#shared/events/query/offset-pagination.ts";
import { unknownResource } from "./errors.ts";
import { SubjectLookup } from "./ids/subject-lookup.ts";
import { fakturoidOperations } from "./operations/fakturoid-operations.ts";
import { assertUserAgent } from "./user-agent.ts";

export type FakturoidPorts = OffsetPaginationPorts & { readonly tokens: TokenUsageStore; readonly orgs: OrgReader };

const findOperation = createRouter(fakturoidOperations, { notFound: unknownResource });

/** Creates the handler of the Fakturoid dialect. It throws `ActivityError`, which `renderError` renders. */
export function createFakturoidHandler({ tokens, ...ports }: FakturoidPorts) {
  const { now } = ports;
  const shared = {
    ports,
    orgs: new OrgCache(ports.orgs, now),
    authenticator: new TokenAuthenticator(tokens),
    callerCache: new CallerCache(),
    subjects: new SubjectLookup(now),
  };

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    assertUserAgent(request);
    const { operation, path } = findOperation(request.method, request.path);
    context.auditFields.route = operation.route;
    return operation.handle({ request, path, context, ...shared });
  };
}

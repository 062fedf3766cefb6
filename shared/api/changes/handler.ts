import { CallerCache } from "#shared/api/http/caller-cache.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { ChangesCall } from "./operations/changes-call.ts";
import { changesOperations } from "./operations/changes-operations.ts";

export type ChangesPorts = Pick<ChangesCall, "ledger" | "createEventReader" | "waits" | "report" | "now" | "sleep"> & {
  readonly tokens: TokenUsageStore;
};

const findOperation = createRouter(changesOperations);

/** Creates the handler of the change feed. It throws `ActivityError`, which `renderError` of FinzBooks renders. */
export function createChangesHandler({ tokens, ...ports }: ChangesPorts) {
  const shared = { ...ports, callerCache: new CallerCache(), authenticator: new TokenAuthenticator(tokens) };

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { operation, path } = findOperation(request.method, request.path);
    context.auditFields.route = operation.route;
    return operation.handle({ request, path, context, ...shared });
  };
}

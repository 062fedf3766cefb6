import { defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { withReadCharge } from "#shared/api/http/charge-read.ts";
import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { AuditFields, HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import type { Operation, PathCall } from "#shared/api/operations/operation.ts";
import { queryNames } from "#shared/api/operations/parse-parameters.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { assertScope, type Caller } from "#shared/auth/caller.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { authenticateCaller, parseCredentials } from "./credentials.ts";

/** An authorised request of a server or a person about tokens; never one with a viewer token. */
export type CallerCall = PathCall & {
  readonly auditFields: AuditFields;
  readonly caller: Caller;
  /** The token is charged for what it counts. */
  readonly meter: ReadMeter;
};

type CallerHandlerPorts = { readonly tokens: TokenUsageStore; now(): Date };

/**
 * Creates a handler of operations whose callers need a stored token with the scope of the operation. It throws
 * `ActivityError`, which `renderError` renders.
 */
export function createCallerHandler<Ports extends CallerHandlerPorts>(
  operations: readonly Operation<CallerCall & Ports>[],
  ports: Ports,
) {
  const findOperation = createRouter(operations);
  const authenticator = new TokenAuthenticator(ports.tokens);

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
    return withReadCharge(auth, Promise.resolve(), (meter) =>
      operation.handle({ ...ports, request, path, auditFields, caller, meter }),
    );
  };
}

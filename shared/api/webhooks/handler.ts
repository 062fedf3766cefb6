import { authenticateCaller, verifyCredentials } from "#shared/api/finzbooks/credentials.ts";
import { defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { withReadCharge } from "#shared/api/http/charge-read.ts";
import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { queryNames } from "#shared/api/operations/parse-parameters.ts";
import { createRouter } from "#shared/api/operations/router.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { assertScope } from "#shared/auth/caller.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import type { VerifyViewerToken } from "#shared/auth/viewer-tokens/viewer-token-verifier.ts";
import { createMeteredReader } from "#shared/events/query/query.ts";
import { meterDeliveryReads } from "#shared/webhooks/deliveries/meter-delivery-reads.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { webhooksOperations } from "./operations/webhooks-operations.ts";

export type WebhooksApiPorts = WebhookManagementPorts & {
  readonly tokens: TokenUsageStore;
  readonly verifyViewerToken: VerifyViewerToken;
};

const findOperation = createRouter(webhooksOperations);

/** Creates the handler of the webhooks API. It throws `ActivityError`, which `renderError` renders. */
export function createWebhooksHandler({ tokens, verifyViewerToken, ...ports }: WebhooksApiPorts) {
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { operation, path } = findOperation(request.method, request.path);
    const { endpoint_id = "", delivery_id = "", replay_id = "" } = path;
    const { auditFields } = context;
    auditFields.route = operation.route;
    auditFields.endpoint_id = endpointIdPattern.test(endpoint_id) ? endpoint_id : undefined;
    const now = () => ports.now();
    const verification = { verifyViewerToken, scope: operation.scope, now };
    const credentials = await verifyCredentials(request, context, verification);
    const credential = credentials.viewer ?? credentials.secret;
    const auth = { authenticator, credential, context, rateLimitPolicy: defaultRateLimitPolicy, now };
    const caller = await authenticateCaller(auth, credentials);
    const { token, org_id } = caller;
    assertScope(token, operation.scope);
    assertKnownParameters(request.query, queryNames(operation.parameters));
    const { token_id, user_id } = token;
    if (deliveryIdPattern.test(delivery_id)) auditFields.delivery_id = delivery_id;
    if (replayIdPattern.test(replay_id)) auditFields.replay_id = replay_id;
    return withReadCharge(auth, Promise.resolve(caller), (meter) =>
      operation.handle({
        auditFields,
        request,
        path,
        requester: { org_id, user_id, token_id, request_id: request.requestId },
        ports: {
          ...ports,
          rules: withRequestHost(ports.rules, request.origin),
          events: { ...ports.events, ...createMeteredReader(ports.events, meter) },
          deliveries: meterDeliveryReads(ports.deliveries, meter),
        },
      }),
    );
  };
}

/** Adds the host of the request to the hosts of this API, to which nothing is sent. */
function withRequestHost(
  { ownHosts, allowLoopback }: WebhookManagementPorts["rules"],
  origin: string,
): WebhookManagementPorts["rules"] {
  const own = URL.parse(origin)?.host;
  return { ownHosts: own === undefined ? ownHosts : [...ownHosts, own], allowLoopback };
}

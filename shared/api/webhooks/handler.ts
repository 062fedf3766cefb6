import { authenticateCaller, parseCredentials } from "#shared/api/finzbooks/credentials.ts";
import { defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { withReadCharge } from "#shared/api/http/charge-read.ts";
import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { assertScope } from "#shared/auth/caller.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { createMeteredReader } from "#shared/events/query/query.ts";
import { meterDeliveryReads } from "#shared/webhooks/deliveries/meter-delivery-reads.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { operations } from "./operations.ts";
import { parametersOf } from "./query.ts";
import { findWebhookRoute } from "./routes.ts";

export type WebhooksApiPorts = WebhookManagementPorts & { readonly tokens: TokenUsageStore };

/** Creates the handler of the webhooks API. It throws `ActivityError`, which `renderError` renders. */
export function createWebhooksHandler({ tokens, ...ports }: WebhooksApiPorts) {
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const route = findWebhookRoute(request.method, request.path);
    context.auditFields.route = route.name;
    context.auditFields.endpoint_id = endpointIdPattern.test(route.endpointId) ? route.endpointId : undefined;
    const credentials = parseCredentials(request);
    const auth = {
      authenticator,
      secret: credentials.secret,
      context,
      rateLimitPolicy: defaultRateLimitPolicy,
      now: () => ports.now(),
    };
    const caller = await authenticateCaller(auth, credentials);
    const { token, org_id } = caller;
    assertScope(token, "AIBooks.webhooks.MANAGE");
    assertKnownParameters(request.query, parametersOf(route.name));
    const { token_id, user_id } = token;
    if (deliveryIdPattern.test(route.deliveryId)) context.auditFields.delivery_id = route.deliveryId;
    if (replayIdPattern.test(route.replayId)) context.auditFields.replay_id = route.replayId;
    return withReadCharge(auth, Promise.resolve(caller), (meter) =>
      operations[route.name]({
        facts: context.auditFields,
        request,
        route,
        requester: { org_id, user_id, token_id, request_id: request.requestId },
        ports: {
          ...ports,
          rules: withRequestHost(ports.rules, request.origin),
          events: createMeteredReader(ports.events, meter),
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

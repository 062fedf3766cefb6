import { credentialsOf, identifyCaller } from "#shared/api/finzbooks/credentials.ts";
import { assertKnownParameters } from "#shared/api/finzbooks/known-parameters.ts";
import { charging } from "#shared/api/http/charge.ts";
import { commonRate } from "#shared/api/http/identify.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "#shared/api/http/request.ts";
import type { TokenUses } from "#shared/auth/authenticate.ts";
import { requireScope } from "#shared/auth/caller.ts";
import { TokenGate } from "#shared/auth/token-gate.ts";
import { meteredReader } from "#shared/events/query/query.ts";
import { meteredDeliveries } from "#shared/webhooks/deliveries/metered-deliveries.ts";
import type { ManageWorld } from "#shared/webhooks/endpoints/management-ports.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import { handlers } from "./handlers.ts";
import { parametersOf } from "./query.ts";
import { findWebhookRoute } from "./routes.ts";

export type WebhooksContext = ManageWorld & { readonly tokens: TokenUses };

/** Answers requests about webhooks. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerWebhooks({ tokens, ...world }: WebhooksContext) {
  const gate = new TokenGate(tokens);

  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    const route = findWebhookRoute(request.method, request.path);
    trace.facts.route = route.name;
    trace.facts.endpoint_id = endpointIdPattern.test(route.endpointId) ? route.endpointId : undefined;
    const credentials = credentialsOf(request);
    const visit = { gate, secret: credentials.secret, trace, rate: commonRate, now: () => world.now() };
    const caller = await identifyCaller(visit, credentials);
    const { token, org_id } = caller;
    requireScope(token, "AIBooks.webhooks.MANAGE");
    assertKnownParameters(request.query, parametersOf(route.name));
    const { token_id, user_id } = token;
    if (deliveryIdPattern.test(route.deliveryId)) trace.facts.delivery_id = route.deliveryId;
    if (replayIdPattern.test(route.replayId)) trace.facts.replay_id = route.replayId;
    return charging(visit, Promise.resolve(caller), (meter) =>
      handlers[route.name]({
        facts: trace.facts,
        request,
        route,
        requester: { org_id, user_id, token_id, request_id: request.requestId },
        world: {
          ...world,
          rules: besideOwnHost(world.rules, request.origin),
          events: meteredReader(world.events, meter),
          deliveries: meteredDeliveries(world.deliveries, meter),
        },
      }),
    );
  };
}

/** Nothing is sent to the host that the caller used: it is ours. */
function besideOwnHost({ ownHosts, allowLoopback }: ManageWorld["rules"], origin: string): ManageWorld["rules"] {
  const own = URL.parse(origin)?.host;
  return { ownHosts: own === undefined ? ownHosts : [...ownHosts, own], allowLoopback };
}

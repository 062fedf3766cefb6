import type { TokenUses } from "../../../access/authenticate.ts";
import { requireScope } from "../../../access/caller.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "../../../webhooks/ids.ts";
import type { ManageWorld } from "../../../webhooks/manage-world.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "../../http.ts";
import { credentialsOf, identifyCaller } from "../identify.ts";
import { handlers } from "./handlers.ts";
import { findWebhookRoute } from "./routes.ts";

export type WebhooksContext = ManageWorld & { readonly tokens: TokenUses };

/** Answers requests about webhooks. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerWebhooks({ tokens, ...world }: WebhooksContext) {
  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    const route = findWebhookRoute(request.method, request.path);
    trace.facts.route = route.name;
    trace.facts.endpoint_id = endpointIdPattern.test(route.endpointId) ? route.endpointId : undefined;
    const { token, org_id } = await identifyCaller(tokens, credentialsOf(request), world.now(), trace);
    requireScope(token, "AIBooks.webhooks.MANAGE");
    const { token_id, user_id } = token;
    if (deliveryIdPattern.test(route.deliveryId)) trace.facts.delivery_id = route.deliveryId;
    if (replayIdPattern.test(route.replayId)) trace.facts.replay_id = route.replayId;
    return handlers[route.name]({
      facts: trace.facts,
      request,
      route,
      requester: { org_id, user_id, token_id, request_id: request.requestId },
      world: { ...world, rules: besideOwnHost(world.rules, request.origin) },
    });
  };
}

/** Nothing is sent to the host that the caller used: it is ours. */
function besideOwnHost({ ownHosts, allowLoopback }: ManageWorld["rules"], origin: string): ManageWorld["rules"] {
  const own = URL.parse(origin)?.host;
  return { ownHosts: own === undefined ? ownHosts : [...ownHosts, own], allowLoopback };
}

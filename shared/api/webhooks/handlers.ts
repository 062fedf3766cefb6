import { json, nextLink } from "#shared/api/finzbooks/reply.ts";
import { filterText } from "#shared/api/http/filter-text.ts";
import type { HttpRequest, HttpResponse, RequestFacts } from "#shared/api/http/request.ts";
import {
  describeDelivery,
  listDeliveries,
  retryDelivery,
  sendTest,
} from "#shared/webhooks/deliveries/manage-deliveries.ts";
import type { Requester } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import { createEndpoint, deleteEndpoint, getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import type { ManageWorld } from "#shared/webhooks/endpoints/management-ports.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import { updateEndpoint } from "#shared/webhooks/endpoints/update-endpoint.ts";
import { getReplay, previewReplay, startReplay } from "#shared/webhooks/replays/start-replay.ts";
import { deliveryParameters, readDeliveryQuery } from "./query.ts";
import { attemptView, deliveryView, endpointView, healthView, missedView, replayView, success } from "./render.ts";
import { readNothing, readOverlap, readPatch, readReplay, readSettings, readTestType } from "./requests.ts";
import type { RouteName, WebhookRoute } from "./routes.ts";

/** A request of somebody who may make it. */
type WebhookCall = {
  /** What is written down of the request. */
  readonly facts: RequestFacts;
  readonly request: HttpRequest;
  readonly route: WebhookRoute;
  readonly requester: Requester;
  readonly world: ManageWorld;
};

type Handler = (call: WebhookCall) => Promise<HttpResponse>;

/** What each operation does. */
export const handlers: Readonly<Record<RouteName, Handler>> = {
  async list_webhook_endpoints({ world, requester, facts }) {
    const endpoints = await world.endpoints.list(requester.org_id);
    facts.count = endpoints.length;
    return json(success({ endpoints: endpoints.map((endpoint) => endpointView(endpoint)) }));
  },

  async create_webhook_endpoint({ world, requester, request, facts }) {
    const { endpoint, secret } = await createEndpoint(world, requester, readSettings(request.body()));
    facts.endpoint_id = endpoint.endpoint_id;
    return json(success({ endpoint: endpointView(endpoint, secret) }), 201);
  },

  async get_webhook_endpoint({ world, requester, route }) {
    const endpoint = await getEndpoint(world, requester.org_id, route.endpointId);
    const health = healthView(await world.health.read(endpoint.endpoint_id), world.now());
    return json(success({ endpoint: { ...endpointView(endpoint), health } }));
  },

  async update_webhook_endpoint({ world, requester, request, route }) {
    const patch = readPatch(request.body());
    const { endpoint, missed } = await updateEndpoint(world, requester, route.endpointId, patch);
    const offer = missed === null ? {} : { missed: missedView(missed) };
    return json(success({ endpoint: endpointView(endpoint), ...offer }));
  },

  async delete_webhook_endpoint({ world, requester, route }) {
    await deleteEndpoint(world, requester, route.endpointId);
    return json(success());
  },

  async rotate_webhook_secret({ world, requester, request, route }) {
    const overlap = readOverlap(request.body());
    const { endpoint, secret } = await rotateSecret(world, requester, route.endpointId, overlap);
    return json(success({ endpoint: endpointView(endpoint, secret) }));
  },

  async test_webhook_endpoint({ world, requester, request, route }) {
    const delivery = await sendTest(world, requester.org_id, route.endpointId, readTestType(request.body()));
    return json(success({ delivery }), 202);
  },

  async list_webhook_deliveries({ world, requester, request, route, facts }) {
    const query = readDeliveryQuery(route.endpointId, request.query);
    const { status, event_type, since, until, limit } = query;
    facts.filters = filterText(Object.entries({ status, event_type, since, until, limit }));
    const { deliveries, next } = await listDeliveries(world, requester.org_id, query);
    facts.count = deliveries.length;
    const page_context = { limit: query.limit, returned: deliveries.length, has_more_page: next !== null };
    const body = success({ deliveries: deliveries.map(deliveryView), page_context });
    if (next === null) return json(body);
    return json(body, 200, nextLink(request, request.path, deliveryParameters, next));
  },

  async get_webhook_delivery({ world, ...call }) {
    const { delivery, attempts } = await describeDelivery(world, deliveryRef(call));
    return json(success({ delivery: { ...deliveryView(delivery), attempts: attempts.map(attemptView) } }));
  },

  async retry_webhook_delivery({ world, request, ...call }) {
    readNothing(request.body());
    const delivery = await retryDelivery(world, deliveryRef(call));
    return json(success({ delivery: deliveryView(delivery) }), 202);
  },

  async replay_webhook_events({ world, requester, request, route, facts }) {
    const { range, isDryRun } = readReplay(request.body(), world.now());
    facts.filters = filterText([
      ["since", range.since],
      ["until", range.until],
      ["only", range.only],
      ["dry_run", isDryRun ? "true" : null],
    ]);
    if (isDryRun) {
      const { count, examined, complete } = await previewReplay(world, requester.org_id, route.endpointId, range);
      return json(success({ replay: { dry_run: true, count, examined, complete } }));
    }
    const replay = await startReplay(world, requester.org_id, route.endpointId, range);
    facts.replay_id = replay.replay_id;
    return json(success({ replay: replayView(replay) }), 202);
  },

  async get_webhook_replay({ world, requester, route }) {
    const replay = await getReplay(world, requester.org_id, route.endpointId, route.replayId);
    return json(success({ replay: replayView(replay) }));
  },

  async list_webhook_event_types({ requester, request }) {
    // Its samples bring what checks events, which no other operation needs at a cold start.
    const { renderEventTypes } = await import("./event-types.ts");
    return json(renderEventTypes(requester.org_id, request.origin));
  },
};

function deliveryRef({ requester, route }: Pick<WebhookCall, "requester" | "route">) {
  return { org_id: requester.org_id, endpoint_id: route.endpointId, delivery_id: route.deliveryId };
}

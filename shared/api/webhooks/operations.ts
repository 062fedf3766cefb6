import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { AuditFields, HttpRequest, HttpResponse } from "#shared/api/http/request.ts";
import { jsonResponse, toNextLinkHeader } from "#shared/api/http/response.ts";
import { getDelivery, listDeliveries, retryDelivery, sendTest } from "#shared/webhooks/deliveries/manage-deliveries.ts";
import type { Requester } from "#shared/webhooks/endpoints/endpoint-change-events.ts";
import { createEndpoint, deleteEndpoint, getEndpoint } from "#shared/webhooks/endpoints/manage-endpoints.ts";
import { rotateSecret } from "#shared/webhooks/endpoints/rotate-secret.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import { getReplay, previewReplay, startReplay } from "#shared/webhooks/replays/start-replay.ts";
import { updateEndpoint } from "#shared/webhooks/update-endpoint.ts";
import { deliveryParameters, parseDeliveryQuery } from "./query.ts";
import {
  renderAttempt,
  renderDelivery,
  renderEndpoint,
  renderHealth,
  renderMissedRange,
  renderReplay,
  renderSuccess,
} from "./render.ts";
import {
  assertEmptyBody,
  parseEndpointPatch,
  parseEndpointSettings,
  parseOverlapSeconds,
  parseReplayRequest,
  parseTestEventType,
} from "./request-bodies.ts";
import type { WebhookRoute, WebhookRouteName } from "./routes.ts";

/** An authorised request. */
type OperationCall = {
  /** Fields of the log line of the request. */
  readonly facts: AuditFields;
  readonly request: HttpRequest;
  readonly route: WebhookRoute;
  readonly requester: Requester;
  readonly ports: WebhookManagementPorts;
};

type Operation = (call: OperationCall) => Promise<HttpResponse>;

/** The implementation of each operation. */
export const operations: Readonly<Record<WebhookRouteName, Operation>> = {
  async list_webhook_endpoints({ ports, requester, facts }) {
    const endpoints = await ports.endpoints.list(requester.org_id);
    facts.count = endpoints.length;
    return jsonResponse(renderSuccess({ endpoints: endpoints.map((endpoint) => renderEndpoint(endpoint)) }));
  },

  async create_webhook_endpoint({ ports, requester, request, facts }) {
    const { endpoint, secret } = await createEndpoint(ports, requester, parseEndpointSettings(request.body()));
    facts.endpoint_id = endpoint.endpoint_id;
    return jsonResponse(renderSuccess({ endpoint: renderEndpoint(endpoint, secret) }), 201);
  },

  async get_webhook_endpoint({ ports, requester, route }) {
    const endpoint = await getEndpoint(ports, requester.org_id, route.endpointId);
    const health = renderHealth(await ports.health.get(endpoint.endpoint_id), ports.now());
    return jsonResponse(renderSuccess({ endpoint: { ...renderEndpoint(endpoint), health } }));
  },

  async update_webhook_endpoint({ ports, requester, request, route }) {
    const patch = parseEndpointPatch(request.body());
    const { endpoint, missed } = await updateEndpoint(ports, requester, route.endpointId, patch);
    const content = missed === null ? {} : { missed: renderMissedRange(missed) };
    return jsonResponse(renderSuccess({ endpoint: renderEndpoint(endpoint), ...content }));
  },

  async delete_webhook_endpoint({ ports, requester, route }) {
    await deleteEndpoint(ports, requester, route.endpointId);
    return jsonResponse(renderSuccess());
  },

  async rotate_webhook_secret({ ports, requester, request, route }) {
    const overlap = parseOverlapSeconds(request.body());
    const { endpoint, secret } = await rotateSecret(ports, requester, route.endpointId, overlap);
    return jsonResponse(renderSuccess({ endpoint: renderEndpoint(endpoint, secret) }));
  },

  async test_webhook_endpoint({ ports, requester, request, route }) {
    const delivery = await sendTest(ports, requester.org_id, route.endpointId, parseTestEventType(request.body()));
    return jsonResponse(renderSuccess({ delivery }), 202);
  },

  async list_webhook_deliveries({ ports, requester, request, route, facts }) {
    const query = parseDeliveryQuery(route.endpointId, request.query);
    const { status, event_type, since, until, limit } = query;
    facts.filters = formatFilters(Object.entries({ status, event_type, since, until, limit }));
    const { deliveries, next } = await listDeliveries(ports, requester.org_id, query);
    facts.count = deliveries.length;
    const page_context = { limit: query.limit, returned: deliveries.length, has_more_page: next !== null };
    const body = renderSuccess({ deliveries: deliveries.map(renderDelivery), page_context });
    if (next === null) return jsonResponse(body);
    return jsonResponse(body, 200, toNextLinkHeader(request, request.path, deliveryParameters, next));
  },

  async get_webhook_delivery({ ports, ...call }) {
    const { delivery, attempts } = await getDelivery(ports, deliveryRef(call));
    return jsonResponse(
      renderSuccess({ delivery: { ...renderDelivery(delivery), attempts: attempts.map(renderAttempt) } }),
    );
  },

  async retry_webhook_delivery({ ports, request, ...call }) {
    assertEmptyBody(request.body());
    const delivery = await retryDelivery(ports, deliveryRef(call));
    return jsonResponse(renderSuccess({ delivery: renderDelivery(delivery) }), 202);
  },

  async replay_webhook_events({ ports, requester, request, route, facts }) {
    const { range, isDryRun } = parseReplayRequest(request.body(), ports.now());
    facts.filters = formatFilters([
      ["since", range.since],
      ["until", range.until],
      ["only", range.only],
      ["dry_run", isDryRun ? "true" : null],
    ]);
    if (isDryRun) {
      const { count, examined, complete } = await previewReplay(ports, requester.org_id, route.endpointId, range);
      return jsonResponse(renderSuccess({ replay: { dry_run: true, count, examined, complete } }));
    }
    const replay = await startReplay(ports, requester.org_id, route.endpointId, range);
    facts.replay_id = replay.replay_id;
    return jsonResponse(renderSuccess({ replay: renderReplay(replay) }), 202);
  },

  async get_webhook_replay({ ports, requester, route }) {
    const replay = await getReplay(ports, requester.org_id, route.endpointId, route.replayId);
    return jsonResponse(renderSuccess({ replay: renderReplay(replay) }));
  },

  async list_webhook_event_types({ requester, request }) {
    // Imported on first use: samples need the validation of events, which would slow every cold start.
    const { renderEventTypes } = await import("./event-types.ts");
    return jsonResponse(renderEventTypes(requester.org_id, request.origin));
  },
};

function deliveryRef({ requester, route }: Pick<OperationCall, "requester" | "route">) {
  return { org_id: requester.org_id, endpoint_id: route.endpointId, delivery_id: route.deliveryId };
}

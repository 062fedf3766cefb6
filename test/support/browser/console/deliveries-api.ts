import { renderEventTypes } from "#shared/api/webhooks/event-types.ts";
import { aListedDelivery, aListedEndpoint } from "#test/support/console/webhooks.ts";
import type { ApiHandler } from "./console-server.ts";

const ledger = "wh_1e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e";
const warehouse = "wh_2e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e";
const endpoints = [
  aListedEndpoint({
    endpoint_id: ledger,
    url: "https://ledger.example.com/hooks/activity",
    header_names: ["X-Api-Key"],
  }),
  aListedEndpoint({ endpoint_id: warehouse, url: "https://warehouse.example.com/in", events: ["*"] }),
];

/** The address of the delivery whose attempts the pictures show. */
export const retriedDelivery = `/webhooks/${ledger}/deliveries/dlv_09`;

const failed = { status: "pending", attempt_count: 3, last_response_status: 503, last_duration_ms: 412 } as const;
const gone = { status: "failed", reason: "exhausted", attempt_count: 16, last_response_status: null } as const;

/** Returns the deliveries to both endpoints, newest first. */
function listDeliveries(now: Date) {
  const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
  const rows = [
    ["invoice.paid", ledger, { ...failed, next_attempt_at: at(23) }],
    ["invoice.paid", warehouse, { last_duration_ms: 64 }],
    ["bill.approved", warehouse, { last_duration_ms: 1_420 }],
    ["invoice.sent", ledger, { ...failed, attempt_count: 2, next_attempt_at: at(4) }],
    ["payment.created", warehouse, { last_response_status: 204, last_duration_ms: 58 }],
    ["invoice.sent", ledger, { event_id: null }],
    ["estimate.accepted", warehouse, { ...gone, last_error: "connect_timeout", last_duration_ms: 5_000 }],
    ["contact.updated", warehouse, { last_duration_ms: 71 }],
  ] as const;
  return rows.map(([event_type, endpoint_id, fields], index) =>
    aListedDelivery({
      event_type,
      endpoint_id,
      delivery_id: `dlv_0${9 - index}`,
      created_at: at(-7 * index - 3),
      ...fields,
    }),
  );
}

/** Returns an attempt `minutes` before now, which the receiver responded to with an error. */
function anAttempt(number: number, minutes: number, now: Date) {
  return {
    number,
    at: new Date(now.getTime() - minutes * 60_000).toISOString(),
    duration_ms: 412 + number,
    outcome: "failed",
    response_status: 503,
    error: null,
    message: null,
    response_headers: { "content-type": "application/json", "retry-after": "1800", server: "nginx" },
    response_body: JSON.stringify({ error: { code: "maintenance", message: "The ledger is closed until 16:00." } }),
    response_truncated: false,
  };
}

/** Creates the part of the API that the pages of deliveries, replays and event types use. */
export function createDeliveriesApi(now: Date): ApiHandler {
  return (url, _, response) => {
    const path = url.pathname.replace("/api/public/v1/webhooks", "");
    const ok = (content: object) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ code: 0, message: "success", ...content }));
      return true;
    };
    const [, , endpointId, list, deliveryId] = path.split("/");
    const deliveries = listDeliveries(now).filter(({ endpoint_id }) => endpoint_id === endpointId);
    const page_context = { limit: 50, returned: deliveries.length, has_more_page: false };
    if (path === "/endpoints") return ok({ endpoints });
    if (path === "/event-types") return ok(JSON.parse(renderEventTypes("org_acme", url.origin)));
    if (!path.startsWith("/endpoints/")) return false;
    if (list === undefined) return ok({ endpoint: endpoints.find(({ endpoint_id }) => endpoint_id === endpointId) });
    if (list === "replay") return ok({ replay: { dry_run: true, count: 128, examined: 4_210, complete: true } });
    if (deliveryId === undefined) return ok({ deliveries, page_context });
    const attempts = [anAttempt(1, 42, now), anAttempt(2, 41, now), anAttempt(3, 7, now)];
    const delivery = deliveries.find(({ delivery_id }) => delivery_id === deliveryId);
    return ok({ delivery: { ...delivery, attempts, payload: samplePayload(url.origin) } });
  };
}

function samplePayload(origin: string): unknown {
  const catalogue: { readonly event_types: readonly { readonly event_type: string; readonly sample: unknown }[] } =
    JSON.parse(renderEventTypes("org_acme", origin));
  return catalogue.event_types.find(({ event_type }) => event_type === "invoice.paid")?.sample;
}

import type { HttpRequest } from "#shared/api/http/request.ts";
import type { ActiveToken, Token } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import { formatToken, hashToken, toTokenId } from "#shared/auth/token-format.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { type EventFilter, type EventQuery, noFilter } from "#shared/events/query/query.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { SendResult } from "#shared/webhooks/sending/send-result.ts";

/** The moment at which tests happen, unless they say otherwise. */
export const testNow = new Date("2026-06-01T12:00:30.000Z");

/** An event as a service writes it. */
export function anInput(over: Partial<EventInput> = {}): EventInput {
  return {
    org_id: "org_8f9a1c2d",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_8c3f1a9b",
    occurred_at: "2026-05-11T08:30:12Z",
    ...over,
  };
}

/**
 * The same as JSON text, with `extra` written into the object as it is, for what `JSON.stringify` would never write.
 */
export function anInputText(over: Partial<EventInput> = {}, extra = ""): string {
  return `${JSON.stringify(anInput(over)).slice(0, -1)}${extra}}`;
}

/** An event as it is stored. */
export function anEvent(over: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    event_id: "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300",
    org_id: "org_8f9a1c2d",
    action: "INVOICE_SENT",
    entity_type: "INVOICE",
    entity_id: "inv_8c3f1a9b",
    entity_ref: "INV-2026-0042",
    actor_user_id: "usr_xyz",
    actor: null,
    changes: toJsonText({ status: { old: "DRAFT", new: "SENT" } }),
    metadata: toJsonText({ source: "PUBLIC_API" }),
    occurred_at: "2026-05-11T08:30:12.000Z",
    recorded_at: "2026-05-11T08:30:12.400Z",
    related: null,
    text: null,
    information: null,
    params: null,
    contact_id: null,
    payment_status: null,
    notify: null,
    ...over,
  };
}

/** A filter that asks for nothing but what the FinzBooks dialect shows. */
export function aFilter(over: Partial<EventFilter> = {}): EventFilter {
  return { ...noFilter, visibleEntityTypes: documentTypes, ...over };
}

export function aQuery(over: Partial<EventQuery> = {}): EventQuery {
  return { ...aFilter(), org_id: "org_8f9a1c2d", projection: [], limit: 100, after: null, ...over };
}

/** An organisation of the demo, in UTC unless said otherwise. */
export function anOrg(over: Partial<Org> = {}): Org {
  return {
    org_id: "org_8f9a1c2d",
    name: "Acme Traders",
    slug: "acme-traders",
    account_number: "1001",
    time_zone: "UTC",
    robot_name: "System",
    shards: null,
    created_at: "2026-01-01T00:00:00.000Z",
    suspended_at: null,
    ...over,
  };
}

/** A token's secret; different bytes make different tokens. */
export function aSecret(byte = 7): string {
  return formatToken(new Uint8Array(20).fill(byte));
}

/** What is stored of the token with this secret. */
export function aToken(over: Partial<Token> = {}, secret = aSecret()): Token {
  const hash = hashToken(secret);
  return {
    token_id: toTokenId(hash),
    hash,
    org_ids: ["org_8f9a1c2d"],
    scopes: ["AIBooks.activity.READ"],
    user_id: null,
    client_id: null,
    created_at: "2026-01-01T00:00:00.000Z",
    expires_at: null,
    revoked_at: null,
    revoked_orgs: {},
    last_used_at: null,
    ...over,
  };
}

/** A token as the functions that let requests in use it; none of its organisations are suspended. */
export function anActiveToken(over: Partial<ActiveToken> = {}, secret = aSecret()): ActiveToken {
  return { ...aToken({}, secret), suspended_org_ids: [], ...over };
}

/** A request of the dialects: `aRequest("/api/public/v1/activity?limit=5")`. */
export function aRequest(target: string, over: Partial<HttpRequest> = {}): HttpRequest {
  const [path = "", query = ""] = target.split("?");
  return {
    method: "GET",
    path,
    query: new URLSearchParams(query),
    headers: { authorization: `Bearer ${aSecret()}` },
    origin: "https://api.example.com",
    requestId: "req-1",
    body: () => undefined,
    ...over,
  };
}

/** One answer of a receiver, 200 unless said otherwise. */
export function aSendResult(over: Partial<SendResult> = {}): SendResult {
  return {
    status: 200,
    error: null,
    message: null,
    duration_ms: 12,
    headers: {},
    body: "ok",
    body_truncated: false,
    ...over,
  };
}

/** A webhook endpoint that wants everything. */
export function anEndpoint(over: Partial<Endpoint> = {}): Endpoint {
  return {
    endpoint_id: "wh_5e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e",
    org_id: "org_8f9a1c2d",
    url: "https://hooks.example.com/aibooks",
    events: ["*"],
    entity_id: null,
    description: null,
    secrets: [{ sealed: "encrypted secret", expires_at: null }],
    headers: null,
    disabled: null,
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    created_by: "tok_creator",
    changed_by: [],
    version: 1,
    ...over,
  };
}

/** The first attempt at delivering `anEvent()` to `anEndpoint()`. */
export function aDeliveryMessage(over: Partial<DeliveryMessage> = {}): DeliveryMessage {
  const { org_id, endpoint_id } = anEndpoint();
  const { entity_id, occurred_at, event_id } = anEvent();
  return {
    org_id,
    endpoint_id,
    delivery_id: deliveryIdOf(endpoint_id, anEvent()),
    event_type: "invoice.sent",
    event: { entity_id, occurred_at, event_id },
    sequence: 4_711,
    sealed_at: "2026-05-11T08:30:12.204Z",
    cycle: 0,
    started_at: testNow.toISOString(),
    step: 0,
    parked: 0,
    urgent: false,
    resend: false,
    ...over,
  };
}

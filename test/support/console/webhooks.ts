import type { Schemas } from "#clients/client/openapi-types.ts";

/** Creates an endpoint as the API lists it with `include=health`. */
export function aListedEndpoint(over: Partial<Schemas["WebhookEndpoint"]> = {}): Schemas["WebhookEndpoint"] {
  return {
    endpoint_id: "wh_5e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e",
    url: "https://hooks.example.com/in",
    events: ["invoice.*"],
    entity_id: null,
    description: null,
    status: "enabled",
    disabled_reason: null,
    disabled_at: null,
    created_at: "2026-05-01T09:00:00Z",
    updated_at: "2026-05-01T09:00:00Z",
    header_names: [],
    health: anEndpointHealth(),
    ...over,
  };
}

/** Creates the health of an endpoint that responds well. */
export function anEndpointHealth(
  over: Partial<Schemas["WebhookEndpointWithHealth"]["health"]> = {},
): Schemas["WebhookEndpointWithHealth"]["health"] {
  return {
    circuit: "closed",
    open_until: null,
    consecutive_failures: 0,
    failing_since: null,
    last_success_at: "2026-05-11T08:30:12Z",
    average_duration_ms: 87,
    ...over,
  };
}

/** Creates a succeeded delivery as the API lists it. Ids of later events are greater. */
export function aListedDelivery(over: Partial<Schemas["WebhookDelivery"]> = {}): Schemas["WebhookDelivery"] {
  return {
    delivery_id: "dlv_01a22e780817ba8b7341f4df8bbe569a",
    endpoint_id: "wh_5e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e",
    event_id: "evt_8c3f1a9b40b14e3aaf2d7e91a76c1f02",
    sequence: 4711,
    sealed_at: "2026-05-11T08:30:12.204Z",
    event_type: "invoice.sent",
    status: "succeeded",
    reason: null,
    attempt_count: 1,
    created_at: "2026-05-11T08:30:12Z",
    last_attempt_at: "2026-05-11T08:30:12Z",
    last_response_status: 200,
    last_error: null,
    last_duration_ms: 87,
    next_attempt_at: null,
    ...over,
  };
}

import { renderTime } from "#shared/events/rendering/render-event.ts";
import type { StoredDelivery, StoredDeliveryAttempt } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { storedSettingsOf } from "#shared/webhooks/endpoints/endpoint-settings.ts";
import { needsProbe, openUntil } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { EndpointHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import type { MissedRange } from "#shared/webhooks/update-endpoint.ts";

/** Renders a response body with its envelope. */
export function renderSuccess(content: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ code: 0, message: "success", ...content });
}

/** Renders an endpoint, with the names of its headers. `secret` is passed only if it is new. */
export function renderEndpoint(endpoint: Endpoint, secret?: string) {
  const { endpoint_id, headers, disabled, created_at, updated_at } = endpoint;
  const { url, ...settings } = storedSettingsOf(endpoint);
  return {
    endpoint_id,
    url,
    ...(secret === undefined ? {} : { secret }),
    ...settings,
    status: disabled === null ? "enabled" : "disabled",
    disabled_reason: disabled?.reason ?? null,
    disabled_at: timeOrNull(disabled?.at ?? null),
    created_at: renderTime(created_at),
    updated_at: renderTime(updated_at),
    header_names: headers?.names ?? [],
  };
}

/** Renders the health of an endpoint as of `now`. */
export function renderHealth(health: EndpointHealth, now: Date) {
  const { failures, failing_since, last_success_at, latency_ms } = health;
  const open_until = openUntil(health, now.getTime());
  return {
    circuit: open_until !== null ? "open" : needsProbe(health) ? "half_open" : "closed",
    open_until: momentOrNull(open_until),
    consecutive_failures: failures,
    failing_since: momentOrNull(failing_since),
    last_success_at: momentOrNull(last_success_at),
    average_duration_ms: latency_ms,
  };
}

/** Renders the body of a replay that sends what was missed. */
export function renderMissedRange({ since, until, only }: MissedRange) {
  return { since: renderTime(since), until: renderTime(until), only };
}

/** Renders a delivery without its attempts. */
export function renderDelivery(delivery: StoredDelivery) {
  const { delivery_id, endpoint_id, event, event_type, status, reason } = delivery;
  return {
    delivery_id,
    endpoint_id,
    event_id: event?.event_id ?? null,
    sequence: delivery.sequence,
    sealed_at: delivery.sealed_at,
    event_type,
    status,
    reason,
    attempt_count: delivery.attempts,
    created_at: renderTime(delivery.created_at),
    last_attempt_at: timeOrNull(delivery.last_attempt_at),
    last_response_status: delivery.last_status,
    last_error: delivery.last_error,
    last_duration_ms: delivery.last_duration_ms,
    next_attempt_at: timeOrNull(delivery.next_attempt_at),
  };
}

/** Renders an attempt. Only 2xx is a success. */
export function renderAttempt({ number, at, duration_ms, status, error, message, ...response }: StoredDeliveryAttempt) {
  return {
    number,
    at: renderTime(at),
    duration_ms,
    outcome: status !== null && status >= 200 && status < 300 ? "succeeded" : "failed",
    response_status: status,
    error,
    message,
    response_headers: response.headers,
    response_body: response.body,
    response_truncated: response.body_truncated,
  };
}

/** Renders a replay and its progress. */
export function renderReplay(replay: Replay) {
  const { replay_id, status, since, until, events, only, examined, sent, created_at, updated_at } = replay;
  return {
    replay_id,
    status,
    since: renderTime(since),
    until: renderTime(until),
    events,
    only,
    examined,
    sent,
    created_at: renderTime(created_at),
    updated_at: renderTime(updated_at),
  };
}

function timeOrNull(time: string | null): string | null {
  return time === null ? null : renderTime(time);
}

function momentOrNull(moment: number | null): string | null {
  return moment === null ? null : renderTime(new Date(moment).toISOString());
}

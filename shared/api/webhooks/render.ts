import { renderTime } from "#shared/api/finzbooks/render.ts";
import type { StoredAttempt } from "#shared/webhooks/deliveries/attempt.ts";
import type { StoredDelivery } from "#shared/webhooks/deliveries/delivery.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import type { Missed } from "#shared/webhooks/endpoints/update-endpoint.ts";
import { type Health, openAfterFailures } from "#shared/webhooks/limits/circuit-breaker.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";

/** The envelope of the contract. */
export function success(content: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ code: 0, message: "success", ...content });
}

/** An endpoint, with its secret only where that is new, and of its headers the names. */
export function endpointView(endpoint: Endpoint, secret?: string) {
  const { endpoint_id, url, events, entity_id, description, headers, disabled, created_at, updated_at } = endpoint;
  return {
    endpoint_id,
    url,
    ...(secret === undefined ? {} : { secret }),
    events,
    entity_id,
    description,
    status: disabled === null ? "enabled" : "disabled",
    disabled_reason: disabled?.reason ?? null,
    disabled_at: timeOrNull(disabled?.at ?? null),
    created_at: renderTime(created_at),
    updated_at: renderTime(updated_at),
    header_names: headers?.names ?? [],
  };
}

/** How an endpoint fares, as of `now`. */
export function healthView({ failures, open_until, failing_since, last_success_at }: Health, now: Date) {
  const isOpen = open_until !== null && open_until > now.getTime();
  return {
    circuit: isOpen ? "open" : failures >= openAfterFailures ? "half_open" : "closed",
    consecutive_failures: failures,
    failing_since: momentOrNull(failing_since),
    last_success_at: momentOrNull(last_success_at),
  };
}

/** The body of a replay that brings what was missed. */
export function missedView({ since, until, only }: Missed) {
  return { since: renderTime(since), until: renderTime(until), only };
}

/** A delivery, without its attempts. */
export function deliveryView(delivery: StoredDelivery) {
  const { delivery_id, endpoint_id, event, event_type, status, reason } = delivery;
  return {
    delivery_id,
    endpoint_id,
    event_id: event?.event_id ?? null,
    event_type,
    status,
    reason,
    attempt_count: delivery.attempts,
    created_at: renderTime(delivery.created_at),
    last_attempt_at: timeOrNull(delivery.last_attempt_at),
    last_response_status: delivery.last_status,
    last_error: delivery.last_error,
    next_attempt_at: timeOrNull(delivery.next_attempt_at),
  };
}

/** One attempt at a delivery; only a 2xx is a success. */
export function attemptView({ number, at, duration_ms, status, error, message, ...response }: StoredAttempt) {
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

/** A replay, and how far it is. */
export function replayView(replay: Replay) {
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

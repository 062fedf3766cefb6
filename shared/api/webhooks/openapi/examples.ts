import { endpointSettingExamples } from "#shared/api/webhooks/endpoint-settings.ts";
import { type Delivery, type DeliveryAttempt, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { initialHealth } from "#shared/webhooks/limits/endpoint-health.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";

const org_id = "org_8f9a1c2d";
const endpoint_id = "wh_5e7a9c1f3b5d7f9a1c3e5a7b9d1f3c5e";
const created_at = "2026-05-01T09:00:00.000Z";
const event = sampleEvent("invoice.sent", org_id, "2026-05-11T08:30:12.000Z");
const attemptedAt = "2026-05-11T08:30:12.412Z";

/** The examples of the OpenAPI description are rendered from these domain values. */
export const endpoint: Endpoint = {
  endpoint_id,
  org_id,
  ...endpointSettingExamples().settings,
  secrets: [],
  headers: { names: ["X-Api-Key"], sealed: "" },
  disabled: null,
  created_at,
  updated_at: created_at,
  created_by: null,
  changed_by: [],
  version: 1,
};

export const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

export const health = { ...initialHealth, last_success_at: Date.parse(attemptedAt) };

export const delivery: Delivery = {
  org_id,
  endpoint_id,
  delivery_id: deliveryIdOf(endpoint_id, event),
  event_type: "invoice.sent",
  event,
  sequence: 4711,
  sealed_at: "2026-05-11T08:30:12.204Z",
  cycle: 0,
  step: 1,
  status: "succeeded",
  reason: null,
  attempts: 1,
  created_at: attemptedAt,
  last_attempt_at: attemptedAt,
  last_status: 200,
  last_error: null,
  last_duration_ms: 87,
  next_attempt_at: null,
};

export const attempt: DeliveryAttempt = {
  number: 1,
  at: attemptedAt,
  status: 200,
  error: null,
  message: null,
  duration_ms: 87,
  headers: { "content-type": "text/plain" },
  body: "ok",
  body_truncated: false,
};

export const replay: Replay = {
  replay_id: "rpl_0a1b2c3d4e5f60718293a4b5c6d7e8f9",
  org_id,
  endpoint_id,
  since: "2026-05-10T00:00:00.000Z",
  until: "2026-05-12T00:00:00.000Z",
  events: null,
  only: "failed",
  status: "running",
  examined: 0,
  sent: 0,
  cursor: null,
  created_at: "2026-05-12T07:00:00.000Z",
  updated_at: "2026-05-12T07:00:00.000Z",
};

/** Returns the body of the delivery. */
export function payload(): unknown {
  return JSON.parse(renderPayload(event, delivery));
}

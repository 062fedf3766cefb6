import { objectComponent, objectSchema, timestampSchema } from "#shared/api/openapi/components.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { endpointSettingSchemas } from "#shared/api/webhooks/endpoint-settings.ts";
import { maxDeliveries } from "#shared/api/webhooks/parameters.ts";
import { deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { maxEndpointsPerOrg } from "#shared/webhooks/endpoints/endpoint.ts";
import { maxHeaderNameLength, maxHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { eventTypeFilterPattern } from "#shared/webhooks/event-types/event-type-filter.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import { replayScopes } from "#shared/webhooks/replays/replay.ts";
import { payloadSchema, sealedAtOrNullSchema, sequenceOrNullSchema } from "./payload-schema.ts";

const matching = (pattern: RegExp) => ({ type: "string", pattern: pattern.source });
const timeOrNull = { ...timestampSchema, type: ["string", "null"] };
const textOrNull = (description: string) => ({ type: ["string", "null"], description });
const count = { type: "integer", format: "int64", minimum: 0 };
const oneOf = (values: readonly string[]) => ({ type: "string", enum: values });
const statusOrNull = { type: ["integer", "null"], minimum: 100, maximum: 999 };
const oneOfOrNull = (values: readonly string[], description: string) => ({
  type: ["string", "null"],
  enum: [...values, null],
  description,
});

const endpoint = {
  endpoint_id: matching(endpointIdPattern),
  ...endpointSettingSchemas(),
  status: oneOf(["enabled", "disabled"]),
  disabled_reason: oneOfOrNull(
    ["owner", "gone", "failing", "token_revoked"],
    "`owner`: by this API; `gone`: it responded with 410 or `webhook-delivery: disable`; `failing`: three days without a success; " +
      "`token_revoked`: an operator revoked a token that had created or changed it.",
  ),
  disabled_at: timeOrNull,
  created_at: timestampSchema,
  updated_at: timestampSchema,
  header_names: {
    type: "array",
    maxItems: maxHeaders,
    items: { type: "string", maxLength: maxHeaderNameLength },
    description: "The names of `headers`, whose values are never shown.",
  },
};

const { endpoint_id, url, ...rest } = endpoint;

const delivery = {
  delivery_id: matching(deliveryIdPattern),
  endpoint_id: endpoint.endpoint_id,
  event_id: textOrNull("The event of the log; `null` for a test."),
  sequence: sequenceOrNullSchema,
  sealed_at: sealedAtOrNullSchema,
  event_type: matching(eventTypePattern),
  status: oneOf(deliveryStatuses),
  reason: oneOfOrNull(
    [
      ...["exhausted", "endpoint_gone", "endpoint_disabled", "endpoint_deleted", "org_suspended"],
      ...["aborted_by_receiver", "test_failed", "event_unreadable"],
    ],
    "Why it failed for good. `event_unreadable`: the log has no valid event for it.",
  ),
  attempt_count: count,
  created_at: timestampSchema,
  last_attempt_at: timeOrNull,
  last_response_status: statusOrNull,
  last_error: textOrNull("Why the last request got no response."),
  last_duration_ms: { type: ["number", "null"], minimum: 0 },
  next_attempt_at: timeOrNull,
};

const attempt = objectSchema({
  number: { type: "integer", format: "int64", minimum: 1 },
  at: timestampSchema,
  duration_ms: { type: "number", minimum: 0 },
  outcome: oneOf(["succeeded", "failed"]),
  response_status: statusOrNull,
  error: textOrNull("Why the request got no response."),
  message: textOrNull("The error as text."),
  response_headers: { type: "object", additionalProperties: { type: "string" } },
  response_body: { type: "string", description: "Its beginning, as text. Untrusted: the receiver controls it." },
  response_truncated: { type: "boolean" },
});

const health = objectSchema({
  circuit: { ...oneOf(["closed", "open", "half_open"]), description: "While it is open, attempts wait." },
  open_until: timeOrNull,
  consecutive_failures: count,
  failing_since: timeOrNull,
  last_success_at: timeOrNull,
  average_duration_ms: {
    type: ["number", "null"],
    minimum: 0,
    description: "Moving average of all attempts; `null` before the first.",
  },
});

export const webhookEndpointSchema = objectComponent(
  "WebhookEndpoint",
  endpoint,
  { description: "A URL to which events are sent." },
  { health },
);

export const webhookEndpointWithSecretSchema = objectComponent(
  "WebhookEndpointWithSecret",
  {
    endpoint_id,
    url,
    secret: { type: "string", pattern: "^whsec_[A-Za-z0-9+/]+=*$", description: "Shown only here." },
    ...rest,
  },
  { description: "An endpoint with the secret that signs its deliveries." },
);

export const webhookEndpointWithHealthSchema = objectComponent("WebhookEndpointWithHealth", {
  ...endpoint,
  health,
});

export const webhookEndpointsSchema = schemaComponent("WebhookEndpoints", {
  type: "array",
  maxItems: maxEndpointsPerOrg,
  items: webhookEndpointSchema,
});

export const webhookMissedSchema = objectComponent(
  "WebhookMissed",
  { since: timestampSchema, until: timestampSchema, only: oneOf(replayScopes) },
  { description: "The body of a replay that sends what the endpoint missed while it was disabled." },
);

export const webhookDeliverySchema = objectComponent("WebhookDelivery", delivery, {
  description: "One event for one endpoint.",
});

export const webhookPayloadSchema = schemaComponent("WebhookPayload", payloadSchema);

export const webhookDeliveryWithAttemptsSchema = objectComponent(
  "WebhookDeliveryWithAttempts",
  { ...delivery, attempts: { type: "array", items: attempt } },
  {},
  { payload: webhookPayloadSchema },
);

export const webhookDeliveriesSchema = schemaComponent("WebhookDeliveries", {
  type: "array",
  maxItems: maxDeliveries,
  items: webhookDeliverySchema,
});

export const webhookDeliveriesPageSchema = objectComponent("WebhookDeliveriesPage", {
  limit: { type: "integer", minimum: 1, maximum: maxDeliveries },
  returned: { type: "integer", minimum: 0, maximum: maxDeliveries },
  has_more_page: {
    type: "boolean",
    description: "Whether an older page exists, at the address in the `Link` header.",
  },
});

export const webhookTestSchema = objectComponent("WebhookTest", {
  delivery_id: delivery.delivery_id,
  event_type: delivery.event_type,
  status: { type: "string", const: "pending" },
});

export const webhookReplaySchema = objectComponent(
  "WebhookReplay",
  {
    replay_id: matching(replayIdPattern),
    status: oneOf(["running", "done", "stopped"]),
    since: timestampSchema,
    until: timestampSchema,
    events: { type: ["array", "null"], items: matching(eventTypeFilterPattern) },
    only: oneOf(replayScopes),
    examined: count,
    sent: count,
    created_at: timestampSchema,
    updated_at: timestampSchema,
  },
  { description: "A replay of the log. It stops if the endpoint is disabled or deleted." },
);

export const webhookReplayCountSchema = objectComponent("WebhookReplayCount", {
  dry_run: { type: "boolean", const: true },
  count: { ...count, description: "Events that the replay would send." },
  examined: count,
  complete: { type: "boolean", description: "Whether the whole range was examined, or only its newest part." },
});

export const webhookEventTypesSchema = schemaComponent("WebhookEventTypes", {
  type: "array",
  items: objectSchema({
    event_type: matching(eventTypePattern),
    description: { type: "string" },
    sample: webhookPayloadSchema,
    schema: { type: "object", description: "JSON Schema, draft 2020-12." },
  }),
});

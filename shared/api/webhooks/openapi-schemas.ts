import { exactly, timeSchema } from "#shared/api/finzbooks/openapi-schemas.ts";
import { maxIdLength } from "#shared/events/limits.ts";
import { deliveryStatuses } from "#shared/webhooks/deliveries/delivery.ts";
import { maxEndpoints } from "#shared/webhooks/endpoints/endpoint.ts";
import { maxHeaderNameLength, maxHeaders } from "#shared/webhooks/endpoints/static-headers.ts";
import { eventTypePattern } from "#shared/webhooks/event-types/event-type.ts";
import { filterPattern } from "#shared/webhooks/event-types/event-type-filter.ts";
import { deliveryIdPattern, endpointIdPattern, replayIdPattern } from "#shared/webhooks/ids.ts";
import { replayScopes } from "#shared/webhooks/replays/replay.ts";
import { payloadSchema } from "./payload-schema.ts";
import { maxDeliveries } from "./query.ts";

const matching = (pattern: RegExp) => ({ type: "string", pattern: pattern.source });
const timeOrNull = { ...timeSchema, type: ["string", "null"] };
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
  url: { type: "string", format: "uri" },
  events: { type: "array", items: matching(filterPattern) },
  entity_id: { type: ["string", "null"], maxLength: maxIdLength },
  description: { type: ["string", "null"] },
  status: oneOf(["enabled", "disabled"]),
  disabled_reason: oneOfOrNull(
    ["owner", "gone", "failing", "token_revoked"],
    "`owner`: by this API; `gone`: it answered 410, or `webhook-delivery: disable`; `failing`: three days without one success; " +
      "`token_revoked`: an operator revoked a token that had created or changed it.",
  ),
  disabled_at: timeOrNull,
  created_at: timeSchema,
  updated_at: timeSchema,
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
  event_type: matching(eventTypePattern),
  status: oneOf(deliveryStatuses),
  reason: oneOfOrNull(
    [
      ...["exhausted", "endpoint_gone", "endpoint_disabled", "endpoint_deleted", "org_suspended"],
      ...["aborted_by_receiver", "test_failed", "event_unreadable"],
    ],
    "Why it was given up. `event_unreadable`: the log has no valid event for it.",
  ),
  attempt_count: count,
  created_at: timeSchema,
  last_attempt_at: timeOrNull,
  last_response_status: statusOrNull,
  last_error: textOrNull("What kept the last request from being answered."),
  next_attempt_at: timeOrNull,
};

const attempt = exactly({
  number: { type: "integer", format: "int64", minimum: 1 },
  at: timeSchema,
  duration_ms: { type: "number", minimum: 0 },
  outcome: oneOf(["succeeded", "failed"]),
  response_status: statusOrNull,
  error: textOrNull("What kept the request from being answered."),
  message: textOrNull("The same in words."),
  response_headers: { type: "object", additionalProperties: { type: "string" } },
  response_body: { type: "string", description: "Its beginning, as text. It is the receiver's: never trust it." },
  response_truncated: { type: "boolean" },
});

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The component schemas of what is answered about webhooks. */
export const webhookSchemas = {
  WebhookEndpoint: exactly(endpoint, { description: "Where events are sent to." }),
  WebhookEndpointWithSecret: exactly(
    {
      endpoint_id,
      url,
      secret: { type: "string", pattern: "^whsec_[A-Za-z0-9+/]+=*$", description: "Shown this once." },
      ...rest,
    },
    { description: "An endpoint with the secret that signs what is sent to it." },
  ),
  WebhookEndpointWithHealth: exactly({
    ...endpoint,
    health: exactly({
      circuit: { ...oneOf(["closed", "open", "half_open"]), description: "While it is open, attempts wait." },
      consecutive_failures: count,
      failing_since: timeOrNull,
      last_success_at: timeOrNull,
    }),
  }),
  WebhookEndpoints: { type: "array", maxItems: maxEndpoints, items: ref("WebhookEndpoint") },
  WebhookMissed: exactly(
    { since: timeSchema, until: timeSchema, only: oneOf(replayScopes) },
    { description: "What was not sent while the endpoint was disabled: the body of a replay that sends it." },
  ),
  WebhookDelivery: exactly(delivery, { description: "One event on its way to one endpoint." }),
  WebhookDeliveryWithAttempts: exactly({ ...delivery, attempts: { type: "array", items: attempt } }),
  WebhookDeliveries: { type: "array", maxItems: maxDeliveries, items: ref("WebhookDelivery") },
  WebhookDeliveriesPage: exactly({
    limit: { type: "integer", minimum: 1, maximum: maxDeliveries },
    returned: { type: "integer", minimum: 0, maximum: maxDeliveries },
    has_more_page: { type: "boolean", description: "Whether older ones follow, at the address in the `Link` header." },
  }),
  WebhookTest: exactly({
    delivery_id: delivery.delivery_id,
    event_type: delivery.event_type,
    status: { type: "string", const: "pending" },
  }),
  WebhookReplay: exactly(
    {
      replay_id: matching(replayIdPattern),
      status: oneOf(["running", "done", "stopped"]),
      since: timeSchema,
      until: timeSchema,
      events: { type: ["array", "null"], items: matching(filterPattern) },
      only: oneOf(replayScopes),
      examined: count,
      sent: count,
      created_at: timeSchema,
      updated_at: timeSchema,
    },
    { description: "A replay on its way through the log. It stops where the endpoint is disabled or deleted." },
  ),
  WebhookReplayCount: exactly({
    dry_run: { type: "boolean", const: true },
    count: { ...count, description: "Events that the replay would send." },
    examined: count,
    complete: { type: "boolean", description: "Whether the whole range was looked at; else its newest part." },
  }),
  WebhookEventTypes: {
    type: "array",
    items: exactly({
      event_type: matching(eventTypePattern),
      description: { type: "string" },
      sample: ref("WebhookPayload"),
      schema: { type: "object", description: "JSON Schema, draft 2020-12." },
    }),
  },
  WebhookPayload: payloadSchema,
};

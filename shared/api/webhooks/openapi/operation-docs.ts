import { endpointSettingExamples } from "#shared/api/webhooks/endpoint-settings.ts";
import {
  renderAttempt,
  renderDelivery,
  renderEndpoint,
  renderHealth,
  renderMissedRange,
  renderReplay,
} from "#shared/api/webhooks/render.ts";
import type { WebhookRouteName } from "#shared/api/webhooks/routes.ts";
import { deliveryRetentionDays } from "#shared/webhooks/delivery-lifetime.ts";
import * as sample from "./examples.ts";
import type { webhookSchemas } from "./schemas.ts";

type SchemaName = keyof typeof webhookSchemas;

/** A successful response: the fields beside `code` and `message`, and an example. */
export type OperationResponse = {
  readonly description: string;
  readonly content: Readonly<Record<string, SchemaName>>;
  /** Fields that may be missing. */
  readonly optional?: readonly string[];
  readonly example: Readonly<Record<string, unknown>>;
};

type OperationDoc = {
  readonly summary: string;
  readonly description?: string;
  readonly bodyExample?: unknown;
  readonly responses: Readonly<Record<number, OperationResponse>>;
  /** Error statuses that not all operations have. */
  readonly errors?: readonly number[];
};

const endpoint = renderEndpoint(sample.endpoint);
const delivery = renderDelivery(sample.delivery);
const { delivery_id, event_type } = delivery;
const { since, until } = renderReplay(sample.replay);
const rotated = { endpoint: renderEndpoint(sample.endpoint, sample.secret) };

/** The documentation of each operation. */
export const operationDocs: Readonly<Record<WebhookRouteName, OperationDoc>> = {
  list_webhook_endpoints: {
    summary: "The webhook endpoints of an organisation, oldest first",
    responses: {
      200: {
        description: "All of them.",
        content: { endpoints: "WebhookEndpoints" },
        example: { endpoints: [endpoint] },
      },
    },
  },
  create_webhook_endpoint: {
    summary: "Create a webhook endpoint",
    description: "It is sent the events from now on. Only this response contains the secret that signs them.",
    bodyExample: endpointSettingExamples().body,
    responses: {
      201: { description: "Created.", content: { endpoint: "WebhookEndpointWithSecret" }, example: rotated },
    },
    errors: [409],
  },
  get_webhook_endpoint: {
    summary: "One webhook endpoint and its health",
    responses: {
      200: {
        description: "The endpoint.",
        content: { endpoint: "WebhookEndpointWithHealth" },
        example: {
          endpoint: { ...endpoint, health: renderHealth(sample.health, new Date(sample.delivery.created_at)) },
        },
      },
    },
    errors: [404],
  },
  update_webhook_endpoint: {
    summary: "Change, disable or enable a webhook endpoint",
    description:
      "Omitted fields stay. If it is enabled again, `missed` is the body of a replay that sends what it missed.",
    bodyExample: { enabled: true },
    responses: {
      200: {
        description: "The endpoint as it is now.",
        content: { endpoint: "WebhookEndpoint", missed: "WebhookMissed" },
        optional: ["missed"],
        example: { endpoint, missed: renderMissedRange(sample.replay) },
      },
    },
    errors: [404, 409],
  },
  delete_webhook_endpoint: {
    summary: "Delete a webhook endpoint",
    description: "Nothing more is sent to it, and its deliveries are no longer shown.",
    responses: { 200: { description: "Deleted.", content: {}, example: {} } },
    errors: [404, 409],
  },
  rotate_webhook_secret: {
    summary: "Give a webhook endpoint a new secret",
    description: "Older secrets stay valid for a while, at most three in all. Only this response contains the new one.",
    bodyExample: { overlap_seconds: 86_400 },
    responses: {
      200: { description: "Rotated.", content: { endpoint: "WebhookEndpointWithSecret" }, example: rotated },
    },
    errors: [404, 409],
  },
  test_webhook_endpoint: {
    summary: "Send a sample event to a webhook endpoint",
    description: "Signed as every delivery, and attempted once. Disabled endpoints can be tested as well.",
    bodyExample: { event_type },
    responses: {
      202: {
        description: "Accepted.",
        content: { delivery: "WebhookTest" },
        example: { delivery: { delivery_id, event_type, status: "pending" } },
      },
    },
    errors: [404],
  },
  list_webhook_deliveries: {
    summary: "The deliveries to a webhook endpoint, newest first",
    description: `Kept for ${deliveryRetentionDays} days. Deliveries must match all filters. A range applies to the time at which the log recorded the event.`,
    responses: {
      200: {
        description: "A page of deliveries.",
        content: { deliveries: "WebhookDeliveries", page_context: "WebhookDeliveriesPage" },
        example: { deliveries: [delivery], page_context: { limit: 50, returned: 1, has_more_page: false } },
      },
    },
    errors: [404],
  },
  get_webhook_delivery: {
    summary: "One delivery and its attempts",
    responses: {
      200: {
        description: "The delivery.",
        content: { delivery: "WebhookDeliveryWithAttempts" },
        example: { delivery: { ...delivery, attempts: [renderAttempt(sample.attempt)] } },
      },
    },
    errors: [404],
  },
  retry_webhook_delivery: {
    summary: "Retry a delivery now",
    description: "Keeps its id, and starts the retry schedule again.",
    bodyExample: {},
    responses: {
      202: {
        description: "Accepted.",
        content: { delivery: "WebhookDelivery" },
        example: { delivery: { ...delivery, status: "pending", next_attempt_at: since } },
      },
    },
    errors: [404, 409],
  },
  replay_webhook_events: {
    summary: "Send events of the log again",
    description: "From the log, of any age. Each event keeps the id of its first delivery.",
    bodyExample: { since, until, only: "failed" },
    responses: {
      202: {
        description: "Started. Get the replay for its progress.",
        content: { replay: "WebhookReplay" },
        example: { replay: renderReplay(sample.replay) },
      },
      200: {
        description: "With `dry_run`: the number of events that would be sent.",
        content: { replay: "WebhookReplayCount" },
        example: { replay: { dry_run: true, count: 3, examined: 120, complete: true } },
      },
    },
    errors: [404, 409],
  },
  get_webhook_replay: {
    summary: "The progress of a replay",
    responses: {
      200: {
        description: "The replay.",
        content: { replay: "WebhookReplay" },
        example: { replay: { ...renderReplay(sample.replay), status: "done", examined: 120, sent: 3 } },
      },
    },
    errors: [404],
  },
  list_webhook_event_types: {
    summary: "The event types, each with a sample and its JSON Schema",
    description: "The vocabulary is open: a filter with `*` can match events of other types.",
    responses: {
      200: {
        description: "The catalogue.",
        content: { event_types: "WebhookEventTypes" },
        example: { event_types: [] },
      },
    },
  },
};

import { keptForDays } from "#shared/webhooks/deliveries/delivery.ts";
import * as sample from "./openapi-examples.ts";
import type { webhookSchemas } from "./openapi-schemas.ts";
import { attemptView, deliveryView, endpointView, healthView, missedView, replayView } from "./render.ts";
import type { RouteName } from "./routes.ts";

type SchemaName = keyof typeof webhookSchemas;

/** One way in which an operation ends well: what stands beside `code` and `message`, and an example of it. */
export type Answer = {
  readonly description: string;
  readonly content: Readonly<Record<string, SchemaName>>;
  /** What the answer may leave out. */
  readonly optional?: readonly string[];
  readonly example: Readonly<Record<string, unknown>>;
};

type Operation = {
  readonly summary: string;
  readonly description?: string;
  readonly bodyExample?: unknown;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of the errors that only some operations have. */
  readonly problems?: readonly number[];
};

const endpoint = endpointView(sample.endpoint);
const delivery = deliveryView(sample.delivery);
const { delivery_id, event_type } = delivery;
const { url, events, description } = sample.endpoint;
const { since, until } = replayView(sample.replay);
const rotated = { endpoint: endpointView(sample.endpoint, sample.secret) };

/** What each operation is for, takes and answers. */
export const operations: Readonly<Record<RouteName, Operation>> = {
  list_webhook_endpoints: {
    summary: "The webhook endpoints of an organisation, oldest first",
    answers: {
      200: {
        description: "All of them.",
        content: { endpoints: "WebhookEndpoints" },
        example: { endpoints: [endpoint] },
      },
    },
  },
  create_webhook_endpoint: {
    summary: "Create a webhook endpoint",
    description: "It is sent what happens from now on. The answer shows the secret that signs it, this once.",
    bodyExample: { url, events, description, headers: { "X-Api-Key": "key-of-the-gateway" } },
    answers: {
      201: { description: "Created.", content: { endpoint: "WebhookEndpointWithSecret" }, example: rotated },
    },
    problems: [409],
  },
  get_webhook_endpoint: {
    summary: "One webhook endpoint, and how it fares",
    answers: {
      200: {
        description: "The endpoint.",
        content: { endpoint: "WebhookEndpointWithHealth" },
        example: { endpoint: { ...endpoint, health: healthView(sample.health, new Date(sample.delivery.created_at)) } },
      },
    },
    problems: [404],
  },
  update_webhook_endpoint: {
    summary: "Change, disable or enable a webhook endpoint",
    description:
      "Fields that are left out stay. Where it is enabled again, `missed` is the body of a replay that catches up.",
    bodyExample: { enabled: true },
    answers: {
      200: {
        description: "The endpoint as it is now.",
        content: { endpoint: "WebhookEndpoint", missed: "WebhookMissed" },
        optional: ["missed"],
        example: { endpoint, missed: missedView(sample.replay) },
      },
    },
    problems: [404, 409],
  },
  delete_webhook_endpoint: {
    summary: "Delete a webhook endpoint",
    description: "Nothing more is sent to it, and its deliveries are no longer shown.",
    answers: { 200: { description: "Deleted.", content: {}, example: {} } },
    problems: [404, 409],
  },
  rotate_webhook_secret: {
    summary: "Give a webhook endpoint a new secret",
    description: "Old ones sign beside it for a while, three at once at most. The answer shows the new one, this once.",
    bodyExample: { overlap_seconds: 86_400 },
    answers: {
      200: { description: "Rotated.", content: { endpoint: "WebhookEndpointWithSecret" }, example: rotated },
    },
    problems: [404, 409],
  },
  test_webhook_endpoint: {
    summary: "Send a sample event to a webhook endpoint",
    description: "Signed as any other, and attempted once; also to an endpoint that is disabled.",
    bodyExample: { event_type },
    answers: {
      202: {
        description: "On its way.",
        content: { delivery: "WebhookTest" },
        example: { delivery: { delivery_id, event_type, status: "pending" } },
      },
    },
    problems: [404],
  },
  list_webhook_deliveries: {
    summary: "What was sent to a webhook endpoint, newest first",
    description: `Kept for ${keptForDays} days. All filters hold together; a range is of when the log got the event.`,
    answers: {
      200: {
        description: "A page of deliveries.",
        content: { deliveries: "WebhookDeliveries", page_context: "WebhookDeliveriesPage" },
        example: { deliveries: [delivery], page_context: { limit: 50, returned: 1, has_more_page: false } },
      },
    },
    problems: [404],
  },
  get_webhook_delivery: {
    summary: "One delivery, and each attempt at it",
    answers: {
      200: {
        description: "The delivery.",
        content: { delivery: "WebhookDeliveryWithAttempts" },
        example: { delivery: { ...delivery, attempts: [attemptView(sample.attempt)] } },
      },
    },
    problems: [404],
  },
  retry_webhook_delivery: {
    summary: "Attempt a delivery once more, now",
    description: "Under the same id, and with the schedule of a new one from there on.",
    bodyExample: {},
    answers: {
      202: {
        description: "On its way.",
        content: { delivery: "WebhookDelivery" },
        example: { delivery: { ...delivery, status: "pending", next_attempt_at: since } },
      },
    },
    problems: [404, 409],
  },
  replay_webhook_events: {
    summary: "Send events of the log again",
    description: "From the log itself, however old; each event under the id of its first delivery.",
    bodyExample: { since, until, only: "failed" },
    answers: {
      202: {
        description: "Begun: ask for the replay to see how far it is.",
        content: { replay: "WebhookReplay" },
        example: { replay: replayView(sample.replay) },
      },
      200: {
        description: "With `dry_run`: what would be sent.",
        content: { replay: "WebhookReplayCount" },
        example: { replay: { dry_run: true, count: 3, examined: 120, complete: true } },
      },
    },
    problems: [404, 409],
  },
  get_webhook_replay: {
    summary: "How far a replay has come",
    answers: {
      200: {
        description: "The replay.",
        content: { replay: "WebhookReplay" },
        example: { replay: { ...replayView(sample.replay), status: "done", examined: 120, sent: 3 } },
      },
    },
    problems: [404],
  },
  list_webhook_event_types: {
    summary: "The event types, each with a sample and its JSON Schema",
    description: "The vocabulary is open: events of other types can come where a filter with `*` matches them.",
    answers: {
      200: {
        description: "The catalogue.",
        content: { event_types: "WebhookEventTypes" },
        example: { event_types: [] },
      },
    },
  },
};

import type { DescribedOperation } from "#shared/api/operations/describe-operations.ts";
import { createWebhookEndpoint, describeCreateWebhookEndpoint } from "./create-webhook-endpoint.ts";
import { deleteWebhookEndpoint, describeDeleteWebhookEndpoint } from "./delete-webhook-endpoint.ts";
import { describeGetWebhookDelivery, getWebhookDelivery } from "./get-webhook-delivery.ts";
import { describeGetWebhookEndpoint, getWebhookEndpoint } from "./get-webhook-endpoint.ts";
import { describeGetWebhookReplay, getWebhookReplay } from "./get-webhook-replay.ts";
import { describeListWebhookDeliveries, listWebhookDeliveries } from "./list-webhook-deliveries.ts";
import { describeListWebhookEndpoints, listWebhookEndpoints } from "./list-webhook-endpoints.ts";
import { describeListWebhookEventTypes, listWebhookEventTypes } from "./list-webhook-event-types.ts";
import { describeReplayWebhookEvents, replayWebhookEvents } from "./replay-webhook-events.ts";
import { describeRetryWebhookDelivery, retryWebhookDelivery } from "./retry-webhook-delivery.ts";
import { describeRotateWebhookSecret, rotateWebhookSecret } from "./rotate-webhook-secret.ts";
import { describeTestWebhookEndpoint, testWebhookEndpoint } from "./test-webhook-endpoint.ts";
import { describeUpdateWebhookEndpoint, updateWebhookEndpoint } from "./update-webhook-endpoint.ts";
import type { WebhooksOperation } from "./webhooks-call.ts";

/** The operations of the webhooks API. */
export const webhooksOperations: readonly WebhooksOperation[] = [
  listWebhookEndpoints,
  createWebhookEndpoint,
  getWebhookEndpoint,
  updateWebhookEndpoint,
  deleteWebhookEndpoint,
  rotateWebhookSecret,
  testWebhookEndpoint,
  listWebhookDeliveries,
  getWebhookDelivery,
  retryWebhookDelivery,
  replayWebhookEvents,
  getWebhookReplay,
  listWebhookEventTypes,
];

/** Their descriptions. Only the function that serves the OpenAPI description contains them. */
export const describedWebhooksOperations = (): readonly DescribedOperation[] => [
  [listWebhookEndpoints, describeListWebhookEndpoints],
  [createWebhookEndpoint, describeCreateWebhookEndpoint],
  [getWebhookEndpoint, describeGetWebhookEndpoint],
  [updateWebhookEndpoint, describeUpdateWebhookEndpoint],
  [deleteWebhookEndpoint, describeDeleteWebhookEndpoint],
  [rotateWebhookSecret, describeRotateWebhookSecret],
  [testWebhookEndpoint, describeTestWebhookEndpoint],
  [listWebhookDeliveries, describeListWebhookDeliveries],
  [getWebhookDelivery, describeGetWebhookDelivery],
  [retryWebhookDelivery, describeRetryWebhookDelivery],
  [replayWebhookEvents, describeReplayWebhookEvents],
  [getWebhookReplay, describeGetWebhookReplay],
  [listWebhookEventTypes, describeListWebhookEventTypes],
];

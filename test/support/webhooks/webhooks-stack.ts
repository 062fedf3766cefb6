import { randomUUID } from "node:crypto";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { EventInput } from "#shared/events/event-input.ts";
import type { StoredDelivery } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { anInput } from "#test/support/builders.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";
import { type ReceivedHttpRequest, startReceiver } from "./receiver.ts";

/** A running stack, and what tests of webhooks do with it. */
export type WebhooksStack = TestStack & {
  /** Creates an organisation with a token that may read events and manage webhooks. */
  subscriber(): Promise<Subscriber>;
  /** Returns after all earlier changes of endpoints have taken effect. */
  waitForEndpointChanges(): Promise<void>;
  /** Returns when the delivery queues contain no message, delayed ones included. Attempts in the table do not count. */
  waitForEmptyDeliveryQueues(): Promise<void>;
  /** Counts the messages of each queue for dead letters and rejected events. */
  deadLetterCounts(): Promise<Record<string, number>>;
};

export type Subscriber = Tenant & {
  /** Calls the API below `/webhooks`. A body is sent as JSON. */
  request(method: string, path: string, body?: unknown): Promise<WebhooksApiResponse>;
  /** Creates an endpoint, for `invoice.*` by default. */
  subscribe(url: string, over?: Record<string, unknown>): Promise<TestSubscription>;
  /** Appends an event and returns its id. */
  emit(over?: Partial<EventInput>): Promise<string>;
  deliveries(subscription: TestSubscription, query?: string): Promise<ListedDelivery[]>;
  /** Returns the delivery of an event with its attempts when `isReached` is true. */
  delivery(
    subscription: TestSubscription,
    eventId: string,
    isReached: (delivery: StoredDelivery) => boolean,
  ): Promise<DeliveryWithAttempts>;
};

export type WebhooksApiResponse = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
};

export type TestSubscription = { readonly endpoint_id: string; readonly secret: string };

const delivery = z.looseObject({
  delivery_id: z.string(),
  event_id: z.string().nullable(),
  event_type: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  attempt_count: z.number(),
  next_attempt_at: z.string().nullable(),
});
const attempts = z.array(z.looseObject({ outcome: z.string(), error: z.string().nullable() }));
const deliveriesResponse = z.object({ deliveries: z.array(delivery) });
const deliveryResponse = z.object({ delivery: delivery.extend({ attempts }) });
const createdEndpoint = z.object({ endpoint: z.object({ endpoint_id: z.string(), secret: z.string() }) });
const payload = z.object({ data: z.looseObject({ event_id: z.string(), entity_id: z.string() }) });

/** A delivery in the list of the API. */
export type ListedDelivery = z.infer<typeof delivery>;

/** A delivery of the API with its attempts. */
export type DeliveryWithAttempts = z.infer<typeof deliveryResponse>["delivery"];

export const isSettled = ({ status }: StoredDelivery) => status !== "pending";

/** Whether an attempt failed and another one is scheduled. */
export const isWaitingForRetry = ({ status, last_attempt_at }: StoredDelivery) =>
  status === "pending" && last_attempt_at !== null;

export function newEventId(): string {
  return `evt_${randomUUID().replaceAll("-", "")}`;
}

/** Returns the event of a request. */
export function receivedEvent({ body }: ReceivedHttpRequest) {
  return payload.parse(JSON.parse(body)).data;
}

export async function startWebhooksStack(assembly?: string): Promise<WebhooksStack> {
  const stack = await startStack(assembly);
  const canary = await subscriberOf(stack);
  const canaryReceiver = await startReceiver();

  return {
    ...stack,
    subscriber: () => subscriberOf(stack),

    // Changes take effect in order: once a new endpoint receives an event, all earlier changes have taken effect.
    async waitForEndpointChanges() {
      const entity_id = `inv_${randomUUID()}`;
      const { endpoint_id } = await canary.subscribe(canaryReceiver.url, { entity_id });
      const pause = { pauseMs: 250 };
      await until(async () => {
        await canary.emit({ entity_id });
        return canaryReceiver.requests.some((request) => receivedEvent(request).entity_id === entity_id);
      }, pause);
      await canary.request("DELETE", `/endpoints/${endpoint_id}`);
    },

    async waitForEmptyDeliveryQueues() {
      await until(async () => {
        const lanes = await Promise.all([depth(stack, "deliveries"), depth(stack, "slow_deliveries")]);
        return lanes.every(({ visible, inFlight, delayed }) => visible + inFlight + delayed === 0);
      });
    },

    async deadLetterCounts() {
      const names = Object.keys(stack.queues).filter((name) => /dead_letters|rejected/.test(name));
      const counts = names.map(async (name) => [name, (await depth(stack, name)).visible] as const);
      return Object.fromEntries(await Promise.all(counts));
    },
  };
}

async function depth({ sqs, queues }: TestStack, name: string) {
  const command = new GetQueueAttributesCommand({ QueueUrl: queues[name], AttributeNames: ["All"] });
  const { Attributes = {} } = await sqs.send(command);
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
  };
}

async function subscriberOf(stack: TestStack): Promise<Subscriber> {
  const tenant = await stack.tenant(["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE"]);
  const { org_id } = tenant;
  const store = deliveryStore(stack.dynamodb, stack.tables.deliveries ?? "");

  const request = async (method: string, path: string, body?: unknown): Promise<WebhooksApiResponse> => {
    const headers = body === undefined ? tenant.headers : { ...tenant.headers, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${stack.api}/api/public/v1/webhooks${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === "" ? null : JSON.parse(text) };
  };

  const deliveries = async ({ endpoint_id }: TestSubscription, query = "") => {
    const { body } = await request("GET", `/endpoints/${endpoint_id}/deliveries?${query}`);
    return deliveriesResponse.parse(body).deliveries;
  };

  return {
    ...tenant,
    request,
    deliveries,

    async subscribe(url, over = {}) {
      const { body } = await request("POST", "/endpoints", { url, events: ["invoice.*"], ...over });
      return createdEndpoint.parse(body).endpoint;
    },

    async emit(over = {}) {
      const event_id = newEventId();
      await stack.append([anInput({ org_id, event_id, ...over })]);
      return event_id;
    },

    async delivery({ endpoint_id }, eventId, isReached) {
      const query = { endpoint_id, status: null, event_type: null, since: null, until: null, limit: 100, after: null };
      // Read from the table: polling the API so often would exceed the rate limit of the token.
      const { delivery_id } = await until(
        async () => {
          const page = await store.page(query);
          return page.deliveries.find((one) => one.event?.event_id === eventId && isReached(one));
        },
        { deadlineMs: 30_000 },
      );
      const { body } = await request("GET", `/endpoints/${endpoint_id}/deliveries/${delivery_id}`);
      return deliveryResponse.parse(body).delivery;
    },
  };
}

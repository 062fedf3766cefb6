import { randomUUID } from "node:crypto";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { EventInput } from "#shared/events/schema.ts";
import type { StoredDelivery } from "#shared/webhooks/deliveries/delivery.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { anInput } from "#test/support/builders.ts";
import { startStack, type Tenant, type TestStack } from "#test/support/stack.ts";
import { until } from "#test/support/until.ts";
import { type ReceivedHttpRequest, startReceiver } from "./receiver.ts";

/** A running stack, and what subscribers of webhooks do with it. */
export type WebhooksStack = TestStack & {
  /** A new organisation, whose token may read events and manage webhooks. */
  subscriber(): Promise<Subscriber>;
  /** Returns once every change of an endpoint that was made before counts for every event that comes now. */
  waitForEndpointChanges(): Promise<void>;
  /** Returns once no message is in the queues of deliveries, delayed ones included; scheduled retries do not count. */
  waitForEmptyDeliveryQueues(): Promise<void>;
  /** How many messages lie in each queue that only holds faults. */
  deadLetterCounts(): Promise<Record<string, number>>;
};

export type Subscriber = Tenant & {
  /** Asks the API below `/webhooks`. A body is sent as JSON. */
  request(method: string, path: string, body?: unknown): Promise<WebhooksApiResponse>;
  /** Creates an endpoint that wants `invoice.*`, unless told otherwise. */
  subscribe(url: string, over?: Record<string, unknown>): Promise<TestSubscription>;
  /** Appends an event and gives its id. */
  emit(over?: Partial<EventInput>): Promise<string>;
  deliveries(subscription: TestSubscription, query?: string): Promise<ListedDelivery[]>;
  /** The one delivery of an event with its attempts, once `isReached`. */
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
const subscribed = z.object({ endpoint: z.object({ endpoint_id: z.string(), secret: z.string() }) });
const payload = z.object({ data: z.looseObject({ event_id: z.string(), entity_id: z.string() }) });

/** A delivery as the API lists it. */
export type ListedDelivery = z.infer<typeof delivery>;

/** The same with its attempts. */
export type DeliveryWithAttempts = z.infer<typeof deliveryResponse>["delivery"];

export const isSettled = ({ status }: StoredDelivery) => status !== "pending";

/** An attempt failed, and another one is to come. */
export const isWaitingForRetry = ({ status, last_attempt_at }: StoredDelivery) =>
  status === "pending" && last_attempt_at !== null;

export function newEventId(): string {
  return `evt_${randomUUID().replaceAll("-", "")}`;
}

/** The event that a request tells of. */
export function receivedEvent({ body }: ReceivedHttpRequest) {
  return payload.parse(JSON.parse(body)).data;
}

export async function startWebhooksStack(): Promise<WebhooksStack> {
  const stack = await startStack();
  const canary = await subscriberOf(stack);
  const canaryReceiver = await startReceiver();

  return {
    ...stack,
    subscriber: () => subscriberOf(stack),

    // Changes are noticed in their order: once a new endpoint is told of something, all that were made before it count.
    async waitForEndpointChanges() {
      const entity_id = `inv_${randomUUID()}`;
      const { endpoint_id } = await canary.subscribe(canaryReceiver.url, { entity_id });
      const seldom = { pauseMs: 250 };
      await until(async () => {
        await canary.emit({ entity_id });
        return canaryReceiver.requests.some((request) => receivedEvent(request).entity_id === entity_id);
      }, seldom);
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

  const ask = async (method: string, path: string, body?: unknown): Promise<WebhooksApiResponse> => {
    const headers = body === undefined ? tenant.headers : { ...tenant.headers, "content-type": "application/json" };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await fetch(`${stack.api}/api/public/v1/webhooks${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === "" ? null : JSON.parse(text) };
  };

  const deliveries = async ({ endpoint_id }: TestSubscription, query = "") => {
    const { body } = await ask("GET", `/endpoints/${endpoint_id}/deliveries?${query}`);
    return deliveriesResponse.parse(body).deliveries;
  };

  return {
    ...tenant,
    request: ask,
    deliveries,

    async subscribe(url, over = {}) {
      const { body } = await ask("POST", "/endpoints", { url, events: ["invoice.*"], ...over });
      return subscribed.parse(body).endpoint;
    },

    async emit(over = {}) {
      const event_id = newEventId();
      await stack.append([anInput({ org_id, event_id, ...over })]);
      return event_id;
    },

    async delivery({ endpoint_id }, eventId, isReached) {
      const query = { endpoint_id, status: null, event_type: null, since: null, until: null, limit: 100, after: null };
      // Asked of the table: a token that asks the API so often has soon no requests left.
      const { delivery_id } = await until(
        async () => {
          const page = await store.page(query);
          return page.deliveries.find((one) => one.event?.event_id === eventId && isReached(one));
        },
        { deadlineMs: 30_000 },
      );
      const { body } = await ask("GET", `/endpoints/${endpoint_id}/deliveries/${delivery_id}`);
      return deliveryResponse.parse(body).delivery;
    },
  };
}

import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { Webhook } from "standardwebhooks";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { anInput } from "#test/support/builders.ts";
import { until } from "#test/support/until.ts";
import { type HttpReceiver, type ReceivedHttpRequest, startReceiver } from "#test/support/webhooks/receiver.ts";
import {
  type DeliveryWithAttempts,
  isSettled,
  newEventId,
  receivedEvent,
  startWebhooksStack,
  type TestSubscription,
  type WebhooksStack,
} from "#test/support/webhooks/webhooks-stack.ts";

/** The number of an event in the log of its organisation, and when it got it. */
const placeSchema = z.object({ sequence: z.int().positive(), sealed_at: z.iso.datetime() });

let stack: WebhooksStack;

beforeAll(async () => {
  stack = await startWebhooksStack();
});

/** Returns the ids of the received events, of one path if it is given. */
const receivedIds = ({ requests }: HttpReceiver, path = "") =>
  requests.filter((request) => request.path.startsWith(path)).map((request) => receivedEvent(request).event_id);

const untilReceived = (receiver: HttpReceiver, eventId: string) => until(() => receivedIds(receiver).includes(eventId));

describe("an event that a service writes to the ingest queue", () => {
  const event_id = newEventId();
  let request: ReceivedHttpRequest;
  let subscription: TestSubscription;
  let delivery: DeliveryWithAttempts;
  let rendered: string;

  beforeAll(async () => {
    const receiver = await startReceiver();
    const subscriber = await stack.subscriber();
    const { org_id, headers } = subscriber;
    subscription = await subscriber.subscribe(receiver.url);
    await stack.waitForEndpointChanges();
    const metadata = { z: 1, a: "🧾 \u2028 \u0001", nested: [{ b: 1.5, a: null }] };
    const MessageBody = JSON.stringify(anInput({ org_id, event_id, metadata }));
    await stack.sqs.send(new SendMessageCommand({ QueueUrl: stack.queues.ingest, MessageBody }));
    request = await until(() => receiver.requests[0]);
    delivery = await subscriber.delivery(subscription, event_id, isSettled);
    const page = await (await stack.get("/api/public/v1/activity?entity_type=INVOICE", headers)).text();
    [, rendered = ""] = /"activity":\[(.*)\],"page_context"/s.exec(page) ?? [];
  });

  it("arrives with signatures that verifyWebhook and the standardwebhooks package accept", async () => {
    const { method, path, headers, body } = request;
    expect({ method, path }).toEqual({ method: "POST", path: "/hook" });
    expect(headers).toMatchObject({ "content-type": "application/json", "x-aibooks-event": "invoice.sent" });
    const { "webhook-id": _, "webhook-timestamp": __, "webhook-signature": ___, ...aibooksOnly } = headers;
    await expect(verifyWebhook(body, headers, subscription.secret)).resolves.toMatchObject({ data: { event_id } });
    await expect(verifyWebhook(body, aibooksOnly, subscription.secret)).resolves.toMatchObject({ data: { event_id } });
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(subscription.secret).verify(body, texts)).toEqual(JSON.parse(body));
  });

  it("arrives byte for byte as GET /activity renders it", async () => {
    const { org_id } = await verifyWebhook(request.body, request.headers, subscription.secret);
    const { delivery_id } = delivery;
    expect(request.headers["webhook-id"]).toBe(delivery_id);
    expect(request.headers["x-aibooks-delivery"]).toBe(delivery_id);
    const { sequence, sealed_at } = placeSchema.parse(JSON.parse(request.body));
    const head = {
      event_type: "invoice.sent",
      delivery_id,
      sequence,
      sealed_at,
      occurred_at: "2026-05-11T08:30:12Z",
      org_id,
    };
    expect(request.body).toBe(`${JSON.stringify(head).slice(0, -1)},"data":${rendered}}`);
  });

  it("is listed as a delivery with one attempt", () => {
    expect(delivery).toMatchObject({
      endpoint_id: subscription.endpoint_id,
      event_id,
      event_type: "invoice.sent",
      status: "succeeded",
      reason: null,
      attempt_count: 1,
      last_response_status: 204,
      next_attempt_at: null,
      attempts: [{ number: 1, outcome: "succeeded", response_status: 204, error: null, response_body: "" }],
    });
  });
});

it("a rush of events of ten organisations arrives completely, each event under its own id", async () => {
  const receiver = await startReceiver();
  const subscribers = await Promise.all(Array.from({ length: 10 }, () => stack.subscriber()));
  for (const { subscribe } of subscribers) await subscribe(receiver.url);
  await stack.waitForEndpointChanges();
  const entities = new Map<string | undefined, string>();
  // The first batch is small: functions that start for a rush would use all of a machine with two cores.
  for (const [name, count] of [
    ["first", 50],
    ["rush", 250],
  ] as const) {
    const emit = async (n: number) => {
      const entity_id = `inv_${name}_${n}`;
      entities.set(await subscribers[n % subscribers.length]?.emit({ entity_id }), entity_id);
    };
    await Promise.all(Array.from({ length: count }, (_, n) => emit(n)));
    // A message that fails on a busy machine is received again after three minutes.
    await until(() => [...entities.keys()].every((id) => received().some(({ event_id }) => event_id === id)), {
      deadlineMs: 240_000,
    });
  }
  expect(received().filter(({ event_id, entity_id }) => entities.get(event_id) !== entity_id)).toEqual([]);

  function received() {
    return receiver.requests.map(receivedEvent);
  }
});

describe("a change takes effect within five seconds", () => {
  const withinFiveSeconds = { deadlineMs: 5_000, pauseMs: 250 };

  it("when an endpoint is created", async () => {
    const receiver = await startReceiver();
    const subscriber = await stack.subscriber();
    await subscriber.subscribe(receiver.url);
    await until(async () => {
      await subscriber.emit();
      return receiver.requests.length > 0;
    }, withinFiveSeconds);
  });

  it("when the URL, filters and document of an endpoint are changed", async () => {
    const before = await startReceiver();
    const after = await startReceiver();
    const subscriber = await stack.subscriber();
    const { endpoint_id } = await subscriber.subscribe(before.url);
    await stack.waitForEndpointChanges();
    await untilReceived(before, await subscriber.emit());
    const change = { url: after.url, events: ["bill.*"], entity_id: "bill_1" };
    expect(await subscriber.request("PATCH", `/endpoints/${endpoint_id}`, change)).toMatchObject({ status: 200 });
    const billPaid = { action: "BILL_PAID", entity_type: "BILL", entity_id: "bill_1" } as const;
    await until(async () => {
      await subscriber.emit(billPaid);
      return after.requests.length > 0;
    }, withinFiveSeconds);

    const unwanted = [await subscriber.emit(), await subscriber.emit({ ...billPaid, entity_id: "bill_2" })];
    await untilReceived(after, await subscriber.emit(billPaid));
    await stack.waitForEmptyDeliveryQueues();
    expect(receivedIds(before)).toHaveLength(1);
    expect(receivedIds(after).filter((eventId) => unwanted.includes(eventId))).toEqual([]);
  });
});

describe("a change takes effect immediately", () => {
  it("when an endpoint is disabled, whose missed events are listed as failed deliveries", async () => {
    const receiver = await startReceiver();
    const subscriber = await stack.subscriber();
    const subscription = await subscriber.subscribe(receiver.url);
    await stack.waitForEndpointChanges();
    await subscriber.request("PATCH", `/endpoints/${subscription.endpoint_id}`, { enabled: false });
    const missed = await subscriber.emit();
    expect(await subscriber.delivery(subscription, missed, isSettled)).toMatchObject({
      status: "failed",
      reason: "endpoint_disabled",
      attempt_count: 0,
      attempts: [],
    });
    expect(receiver.requests).toEqual([]);
  });

  it("when an endpoint is deleted", async () => {
    const deleted = await startReceiver();
    const witness = await startReceiver();
    const subscriber = await stack.subscriber();
    const { endpoint_id } = await subscriber.subscribe(deleted.url);
    await subscriber.subscribe(witness.url);
    await stack.waitForEndpointChanges();
    expect(await subscriber.request("DELETE", `/endpoints/${endpoint_id}`)).toMatchObject({ status: 200 });
    await untilReceived(witness, await subscriber.emit());
    await stack.waitForEmptyDeliveryQueues();
    expect(deleted.requests).toEqual([]);
  });
});

it("an endpoint receives the events of its filters, and only those of its document when it names one", async () => {
  const receiver = await startReceiver();
  const subscriber = await stack.subscriber();
  const expected: Record<string, { settings: object; events: string[] }> = {
    "/type": { settings: { events: ["invoice.sent"] }, events: ["invoice sent"] },
    "/kind": { settings: { events: ["invoice.*"] }, events: ["invoice sent", "invoice voided", "invoice mailed"] },
    "/verb": { settings: { events: ["*.voided"] }, events: ["invoice voided", "bill voided"] },
    "/both": {
      settings: { events: ["bill.paid", "*.voided"] },
      events: ["invoice voided", "bill voided", "bill paid"],
    },
    "/document": { settings: { events: ["*"], entity_id: "inv_1" }, events: ["invoice sent", "invoice mailed"] },
    "/none": { settings: { events: ["estimate.*"] }, events: [] },
    "/all": {
      settings: { events: ["*"] },
      events: ["invoice sent", "invoice voided", "invoice mailed", "bill voided", "bill paid"],
    },
  };
  const inputs: Record<string, Partial<EventInput>> = {
    "invoice sent": { entity_id: "inv_1" },
    "invoice voided": { entity_id: "inv_2", action: "INVOICE_VOIDED" },
    "invoice mailed": { entity_id: "inv_1", action: "EMAIL_SENT" },
    "bill voided": { entity_type: "BILL", entity_id: "bill_1", action: "BILL_VOIDED" },
    "bill paid": { entity_type: "BILL", entity_id: "bill_1", action: "BILL_PAID" },
    "account updated": { entity_type: "ACCOUNT", entity_id: "acc_1", action: "ACCOUNT_UPDATED" },
  };
  const { origin } = new URL(receiver.url);
  for (const [path, { settings }] of Object.entries(expected))
    await subscriber.subscribe(`${origin}${path}`, { ...settings });
  await stack.waitForEndpointChanges();

  const names = new Map<string, string>();
  for (const [name, event] of Object.entries(inputs)) names.set(await subscriber.emit(event), name);
  await until(() => receivedIds(receiver, "/all").length >= 5);
  await stack.waitForEmptyDeliveryQueues();
  const received = Object.keys(expected).map((path) => [
    path,
    receivedIds(receiver, path)
      .map((id) => names.get(id))
      .sort(),
  ]);
  expect(received).toEqual(Object.entries(expected).map(([path, { events }]) => [path, events.toSorted()]));
});

it("events about endpoints are sent only to endpoints whose filters name them", async () => {
  const curious = await startReceiver();
  const other = await startReceiver();
  const subscriber = await stack.subscriber();
  await subscriber.subscribe(other.url, { events: ["*"] });
  const { endpoint_id } = await subscriber.subscribe(curious.url, { events: ["webhook_endpoint.*"] });
  await stack.waitForEndpointChanges();
  await subscriber.request("PATCH", `/endpoints/${endpoint_id}`, { description: "curious" });
  await until(() => curious.requests.some((request) => receivedEvent(request).action === "WEBHOOK_ENDPOINT_UPDATED"));
  await stack.waitForEmptyDeliveryQueues();
  expect(other.requests).toEqual([]);
});

it("an endpoint receives only events of its own organisation", async () => {
  const receiver = await startReceiver();
  const { origin } = new URL(receiver.url);
  const one = await stack.subscriber();
  const other = await stack.subscriber();
  const unsubscribed = await stack.subscriber();
  for (const [path, subscriber] of [
    ["/one", one],
    ["/other", other],
  ] as const) {
    await subscriber.subscribe(`${origin}${path}`, { events: ["*"] });
  }
  await stack.waitForEndpointChanges();
  await unsubscribed.emit();
  const ofOne = await one.emit();
  const ofOther = await other.emit();
  await untilReceived(receiver, ofOther);
  await stack.waitForEmptyDeliveryQueues();
  expect([receivedIds(receiver, "/one"), receivedIds(receiver, "/other")]).toEqual([[ofOne], [ofOther]]);
  expect(receiver.requests).toHaveLength(2);
});

it("no message is in a dead-letter queue", async () => {
  expect(new Set(Object.values(await stack.deadLetterCounts()))).toEqual(new Set([0]));
});

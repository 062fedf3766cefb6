import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { z } from "zod";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import { entityTypes } from "#shared/events/entity-types.ts";
import { deliveryStore } from "#shared/webhooks/deliveries/dynamodb/delivery-store.ts";
import { scheduledDeliveryStore, shardOf } from "#shared/webhooks/deliveries/dynamodb/scheduled-delivery-store.ts";
import { auditLines } from "#test/support/audit-lines.ts";
import { aQuery } from "#test/support/builders.ts";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";
import {
  type HttpReceiver,
  type HttpReceiverBehaviour,
  hang,
  redirect,
  startReceiver,
  status,
} from "#test/support/webhooks/receiver.ts";
import {
  isSettled,
  isWaitingForRetry,
  receivedEvent,
  type Subscriber,
  startWebhooksStack,
  type WebhooksStack,
} from "#test/support/webhooks/webhooks-stack.ts";

const good = status(204);

let stack: WebhooksStack;

beforeAll(async () => {
  stack = await startWebhooksStack();
});

/** Creates a receiver that is subscribed to the invoices of a new organisation. */
async function subscribedReceiver(behaviour: HttpReceiverBehaviour) {
  const receiver = await startReceiver({ behaviour });
  const subscriber = await stack.subscriber();
  const subscription = await subscriber.subscribe(receiver.url);
  await stack.waitForEndpointChanges();
  return { receiver, subscriber, subscription, path: `/endpoints/${subscription.endpoint_id}` };
}

/** Behaves in each of these ways once, in the last one from then on. */
function inSequence(...behaviours: readonly HttpReceiverBehaviour[]): HttpReceiverBehaviour {
  let index = 0;
  return (response, request) => behaviours[Math.min(index++, behaviours.length - 1)]?.(response, request);
}

const requests = async ({ requests }: HttpReceiver, count: number) => {
  await until(() => requests.length >= count);
  return requests;
};

const sentIds = ({ requests }: HttpReceiver) => requests.map(({ headers }) => headers["webhook-id"]);

// Most of them wait, each for its own endpoint: concurrently they take as long as the longest.
describe.concurrent("delivery", () => {
  it("fails after fifteen seconds when the receiver hangs, without delaying other endpoints", async () => {
    const { receiver, subscriber, subscription } = await subscribedReceiver(hang());
    const healthy = await startReceiver();
    await subscriber.subscribe(healthy.url);
    await stack.waitForEndpointChanges();
    const emitted = await Promise.all(Array.from({ length: 10 }, () => subscriber.emit()));
    const emittedAt = Date.now();
    await requests(healthy, emitted.length);
    expect(Date.now() - emittedAt).toBeLessThan(5_000 * slowness());
    const [eventId = ""] = (await requests(receiver, 1)).map((request) => receivedEvent(request).event_id);
    const { attempts } = await subscriber.delivery(subscription, eventId, isWaitingForRetry);
    expect(attempts).toMatchObject([{ outcome: "failed", response_status: null, error: "timeout" }]);
    expect(attempts[0]?.duration_ms).toBeGreaterThan(14_900);
  });

  it("is retried after five seconds with the same id and body and a new signature when it fails", async () => {
    const { receiver, subscriber, subscription } = await subscribedReceiver(
      inSequence(status(500, {}, "not now"), good),
    );
    const eventId = await subscriber.emit();
    const [first, second] = await requests(receiver, 2);
    if (first === undefined || second === undefined) throw new Error("Fewer than two requests arrived.");
    expect(second.at.getTime() - first.at.getTime()).toBeGreaterThanOrEqual(5_000);
    expect(second.body).toBe(first.body);
    expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
    for (const name of ["webhook-timestamp", "webhook-signature", "x-aibooks-timestamp", "x-aibooks-signature"]) {
      expect(second.headers[name]).not.toBe(first.headers[name]);
    }
    for (const { headers, body } of [first, second]) await verifyWebhook(body, headers, subscription.secret);
    expect(await subscriber.delivery(subscription, eventId, isSettled)).toMatchObject({
      status: "succeeded",
      attempt_count: 2,
      next_attempt_at: null,
      attempts: [
        { number: 1, outcome: "failed", response_status: 500, response_body: "not now" },
        { number: 2, outcome: "succeeded", response_status: 204 },
      ],
    });
  });

  it.each([
    ["with status 410", status(410)],
    ["that requests to disable it", status(400, { "webhook-delivery": "disable" })],
  ])(
    "disables the endpoint when the response is one %s, and lists the later deliveries as failed",
    async (_, behaviour) => {
      const { receiver, subscriber, subscription, path } = await subscribedReceiver(behaviour);
      const { org_id } = subscriber;
      const { endpoint_id } = subscription;
      const last = await subscriber.emit();
      const disabledEvent = await until(async () => {
        const query = aQuery({ org_id, entity_id: endpoint_id, visibleEntityTypes: entityTypes });
        const { events } = await stack.events.readPage(query);
        return events.find(({ action }) => action === "WEBHOOK_ENDPOINT_DISABLED");
      });
      expect(disabledEvent).toMatchObject({
        actor_user_id: null,
        changes: '{"status":{"old":"enabled","new":"disabled"}}',
      });
      expect(JSON.parse(disabledEvent.metadata)).toEqual({
        source: "WEBHOOKS",
        reason: "gone",
        url: receiver.url.replace("/hook", ""),
      });
      const { body } = await subscriber.request("GET", path);
      expect(body).toMatchObject({ endpoint: { status: "disabled", disabled_reason: "gone" } });
      const missed = await subscriber.emit();
      const ends = [last, missed].map((eventId) => subscriber.delivery(subscription, eventId, isSettled));
      expect(await Promise.all(ends)).toMatchObject([
        { status: "failed", reason: "endpoint_gone", attempt_count: 1 },
        { status: "failed", reason: "endpoint_disabled", attempt_count: 0 },
      ]);
      expect(receiver.requests).toHaveLength(1);
    },
  );

  it("does not follow redirects", async () => {
    const target = await startReceiver();
    const codes = [301, 302, 303, 307, 308];
    const receiver = await startReceiver({
      behaviour: (response, request) => redirect(target.url, Number(request.path.slice(1)))(response, request),
    });
    const subscriber = await stack.subscriber();
    const { origin } = new URL(receiver.url);
    const subscriptions = await Promise.all(codes.map((code) => subscriber.subscribe(`${origin}/${code}`)));
    await stack.waitForEndpointChanges();
    const eventId = await subscriber.emit();
    const deliveries = await Promise.all(
      subscriptions.map((one) => subscriber.delivery(one, eventId, isWaitingForRetry)),
    );
    expect(deliveries).toMatchObject(
      codes.map((code) => ({ attempts: [{ outcome: "failed", response_status: code, error: null }] })),
    );
    expect(target.requests).toEqual([]);
  });

  it("is sent over TLS only to a host with a valid certificate", async () => {
    const { valid, expired, wrongHost, selfSigned } = inject("certificates");
    const subscriber = await stack.subscriber();
    const receivers = await Promise.all([valid, expired, wrongHost, selfSigned].map((tls) => startReceiver({ tls })));
    const subscriptions = await Promise.all(receivers.map(({ url }) => subscriber.subscribe(url)));
    await stack.waitForEndpointChanges();
    const eventId = await subscriber.emit();
    const attempted = subscriptions.map((one) =>
      subscriber.delivery(one, eventId, (found) => isSettled(found) || isWaitingForRetry(found)),
    );
    const refused = { status: "pending", attempts: [{ outcome: "failed", response_status: null, error: "tls" }] };
    expect(await Promise.all(attempted)).toMatchObject([
      { status: "succeeded", attempts: [{ outcome: "succeeded", response_status: 204 }] },
      refused,
      refused,
      refused,
    ]);
    expect(receivers.map((receiver) => receiver.requests.length)).toEqual([1, 0, 0, 0]);
  });

  it("is not retried after the receiver aborts it, until its owner retries it", async () => {
    const { receiver, subscriber, subscription, path } = await subscribedReceiver(
      inSequence(status(400, { "webhook-delivery": "abort-message" }), good),
    );
    const eventId = await subscriber.emit();
    const aborted = await subscriber.delivery(subscription, eventId, isSettled);
    expect(aborted).toMatchObject({ status: "failed", reason: "aborted_by_receiver", attempt_count: 1 });
    const { delivery_id } = aborted;
    expect(await subscriber.request("POST", `${path}/deliveries/${delivery_id}/retry`)).toMatchObject({
      status: 202,
      body: { delivery: { delivery_id, status: "pending" } },
    });
    await requests(receiver, 2);
    const retried = await subscriber.delivery(subscription, eventId, ({ status }) => status === "succeeded");
    expect(retried).toMatchObject({ reason: null, attempt_count: 2, attempts: [{ number: 1 }, { number: 2 }] });
    expect(sentIds(receiver)).toEqual([delivery_id, delivery_id]);
  });

  it("ends when its endpoint is deleted between two attempts", async () => {
    const { receiver, subscriber, subscription, path } = await subscribedReceiver(status(500));
    const { delivery_id } = await subscriber.delivery(subscription, await subscriber.emit(), isWaitingForRetry);
    expect(await subscriber.request("DELETE", path)).toMatchObject({ status: 200 });
    const store = deliveryStore(stack.dynamodb, stack.tables.deliveries ?? "");
    const ended = await until(async () => {
      const found = await store.get(subscription.endpoint_id, delivery_id);
      return found?.status === "failed" && found;
    });
    expect(ended).toMatchObject({ reason: "endpoint_deleted", attempts: 1 });
    expect(receiver.requests).toHaveLength(1);
    expect(await subscriber.request("GET", `${path}/deliveries/${delivery_id}`)).toMatchObject({ status: 404 });
  });

  it.each([
    { overlap_seconds: 3_600, isOldGood: true },
    { overlap_seconds: 0, isOldGood: false },
  ])(
    "is signed with the rotated secret at its next attempt, and also with the old one during an overlap of $overlap_seconds s",
    async ({ overlap_seconds, isOldGood }) => {
      const { receiver, subscriber, subscription, path } = await subscribedReceiver(inSequence(status(500), good));
      await subscriber.emit();
      await requests(receiver, 1);
      const { body } = await subscriber.request("POST", `${path}/rotate-secret`, { overlap_seconds });
      const { secret } = z.object({ endpoint: z.object({ secret: z.string() }) }).parse(body).endpoint;
      const [before, after] = await requests(receiver, 2);
      const isSignedWith = async (key: string, request: (typeof receiver.requests)[number] | undefined) => {
        const verified = verifyWebhook(request?.body ?? "", request?.headers ?? {}, key);
        return verified.then(
          () => true,
          () => false,
        );
      };
      const signed = [before, after].map((request) =>
        Promise.all([subscription.secret, secret].map((key) => isSignedWith(key, request))),
      );
      expect(await Promise.all(signed)).toEqual([
        [true, false],
        [isOldGood, true],
      ]);
    },
  );

  it("is delayed, together with later deliveries, for the time that the receiver requests by Retry-After", async () => {
    const { receiver, subscriber, path } = await subscribedReceiver(
      inSequence(status(429, { "retry-after": "7" }), good),
    );
    await subscriber.emit();
    await until(async () => {
      const { body } = await subscriber.request("GET", path);
      return JSON.stringify(body).includes('"circuit":"open"');
    });
    await subscriber.emit();
    const [overloaded, ...later] = await requests(receiver, 3);
    expect(new Set(later.map((request) => receivedEvent(request).event_id)).size).toBe(2);
    const waits = later.map(({ at }) => at.getTime() - (overloaded?.at.getTime() ?? 0));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(7_000);
  });

  it("is stored in the table when it is due in more than 15 minutes, and is sent when it is due", async () => {
    const { receiver, subscriber, subscription } = await subscribedReceiver(
      inSequence(status(503, { "retry-after": "3600" }), good),
    );
    const emittedAt = Date.now();
    const eventId = await subscriber.emit();
    const { delivery_id, next_attempt_at } = await subscriber.delivery(subscription, eventId, isWaitingForRetry);
    const dueAt = Date.parse(next_attempt_at ?? "");
    expect(dueAt - emittedAt).toBeGreaterThan(3_600_000);

    const scheduled = scheduledDeliveryStore(stack.dynamodb, stack.tables.deliveries ?? "");
    const shard = shardOf(delivery_id);
    const waiting = async () => {
      const entries = await scheduled.listDue(shard, new Date(dueAt + 1_000));
      return entries.filter(({ message }) => message.delivery_id === delivery_id);
    };
    await enqueueDue(shard);
    const [entry, ...others] = await waiting();
    if (entry === undefined) throw new Error("The table contains no scheduled attempt.");
    expect(others).toEqual([]);
    expect(receiver.requests).toHaveLength(1);
    // Simulate that an hour has passed.
    await scheduled.add(entry.message, new Date());
    await scheduled.remove([entry]);
    await enqueueDue(shard);
    expect(await subscriber.delivery(subscription, eventId, isSettled)).toMatchObject({
      status: "succeeded",
      attempt_count: 2,
    });
    expect(sentIds(receiver)).toEqual([delivery_id, delivery_id]);
    expect(await waiting()).toEqual([]);
  });
});

/** Invokes the scheduler function for the worker that reads this shard. */
async function enqueueDue(shard: number): Promise<void> {
  const credentials = { accessKeyId: "operator", secretAccessKey: "operator" };
  const lambda = new LambdaClient({ region: "us-east-1", credentials, endpoint: stack.endpoints.lambda });
  const Payload = JSON.stringify({ worker: shard % 2, workers: 2 });
  const response = await lambda.send(new InvokeCommand({ FunctionName: stack.functions.delivery_scheduler, Payload }));
  expect(response.FunctionError).toBeUndefined();
}

describe.concurrent("test delivery", () => {
  it("is a signed sample of any event type, also to a disabled endpoint", async () => {
    const receiver = await startReceiver();
    const subscriber = await stack.subscriber();
    const subscription = await subscriber.subscribe(receiver.url, { enabled: false });
    const path = `/endpoints/${subscription.endpoint_id}`;
    const accepted = await subscriber.request("POST", `${path}/test`, { event_type: "bill.paid" });
    expect(accepted).toMatchObject({ status: 202, body: { delivery: { event_type: "bill.paid", status: "pending" } } });
    const [request] = await requests(receiver, 1);
    const payload = await verifyWebhook(request?.body ?? "", request?.headers ?? {}, subscription.secret);
    expect(payload).toMatchObject({
      event_type: "bill.paid",
      org_id: subscriber.org_id,
      test: true,
      data: { action: "BILL_PAID", entity_type: "BILL", metadata: { source: "WEBHOOK_TEST" } },
    });
    await until(async () => (await subscriber.deliveries(subscription, "status=succeeded")).length === 1);
    expect(await subscriber.deliveries(subscription)).toMatchObject([
      { delivery_id: payload.delivery_id, event_id: null, event_type: "bill.paid", attempt_count: 1 },
    ]);
  });

  it("is not retried when it fails", async () => {
    const receiver = await startReceiver({ behaviour: status(500) });
    const subscriber = await stack.subscriber();
    const subscription = await subscriber.subscribe(receiver.url);
    await subscriber.request("POST", `/endpoints/${subscription.endpoint_id}/test`);
    const [failed] = await until(async () => {
      const found = await subscriber.deliveries(subscription, "status=failed");
      return found.length > 0 && found;
    });
    expect(failed).toMatchObject({ reason: "test_failed", attempt_count: 1, next_attempt_at: null });
    const { endpoint_id } = subscription;
    const givenUp = () =>
      auditLines(stack, "access").filter((line) => line.endpoint_id === endpoint_id && line.message === "delivery");
    const [line] = await until(() => givenUp().length > 0 && givenUp());
    const { org_id } = subscriber;
    // The audit line contains nothing else: the sender's own log lines have its name, level and request.
    expect(line).toEqual({
      ...{ time: expect.any(String), message: "delivery", org_id, endpoint_id },
      ...{ delivery_id: failed?.delivery_id, outcome: "given_up" },
    });
  });
});

const startedReplay = z.object({ replay: z.object({ replay_id: z.string() }) });

/** Starts a replay. Returns it after its end. */
async function replay(subscriber: Subscriber, path: string, range: object): Promise<unknown> {
  const { status, body } = await subscriber.request("POST", `${path}/replay`, range);
  expect({ status, body }).toMatchObject({ status: 202, body: { replay: { status: "running", sent: 0 } } });
  const { replay_id } = startedReplay.parse(body).replay;
  return until(async () => {
    const { body } = await subscriber.request("GET", `${path}/replays/${replay_id}`);
    return JSON.stringify(body).includes('"status":"running"') ? null : body;
  });
}

describe("replay", () => {
  it("sends what an endpoint missed while it was disabled, and then all events again", async () => {
    const { receiver, subscriber, subscription, path } = await subscribedReceiver(good);
    await subscriber.request("PATCH", path, { enabled: false });
    const missed = [await subscriber.emit(), await subscriber.emit(), await subscriber.emit()];
    for (const eventId of missed) await subscriber.delivery(subscription, eventId, isSettled);
    const { body } = await subscriber.request("PATCH", path, { enabled: true });
    const { missed: range } = z.object({ missed: z.record(z.string(), z.string()) }).parse(body);
    expect(range).toMatchObject({ only: "failed" });

    const count = async (range: object) =>
      (await subscriber.request("POST", `${path}/replay`, { ...range, dry_run: true })).body;
    expect(await count(range)).toMatchObject({ replay: { dry_run: true, count: 3, complete: true } });
    expect(receiver.requests).toEqual([]);
    expect(await replay(subscriber, path, range)).toMatchObject({ replay: { status: "done", sent: 3 } });
    await requests(receiver, 3);
    for (const eventId of missed) {
      const delivery = await subscriber.delivery(subscription, eventId, ({ status }) => status === "succeeded");
      expect(delivery).toMatchObject({ reason: null, attempt_count: 1 });
    }
    expect(receiver.requests.map((request) => receivedEvent(request).event_id).sort()).toEqual(missed.toSorted());
    expect(await count(range)).toMatchObject({ replay: { count: 0 } });

    const all = { since: "2026-05-01", only: "all", events: ["invoice.sent"] };
    expect(await count(all)).toMatchObject({ replay: { count: 3 } });
    expect(await replay(subscriber, path, all)).toMatchObject({ replay: { status: "done", sent: 3 } });
    await requests(receiver, 6);
    const bodies = receiver.requests.map((request) => request.body);
    expect(bodies.slice(3).sort()).toEqual(bodies.slice(0, 3).sort());
  });

  it("is visible only to its organisation", async () => {
    const { subscriber, path } = await subscribedReceiver(good);
    const { body } = await subscriber.request("POST", `${path}/replay`, { since: new Date().toISOString() });
    const { replay_id } = startedReplay.parse(body).replay;
    const stranger = await stack.subscriber();
    for (const [method, below, sent] of [
      ["POST", "/replay", { since: "2026-05-01", only: "all" }],
      ["POST", "/replay", { since: "2026-05-01", only: "all", dry_run: true }],
      ["GET", `/replays/${replay_id}`],
    ] as const) {
      expect(await stranger.request(method, `${path}${below}`, sent)).toMatchObject({ status: 404 });
    }
    expect(await subscriber.request("GET", `${path}/replays/${replay_id}`)).toMatchObject({ status: 200 });
  });
});

it("no message is in a dead-letter queue after all deliveries", async () => {
  expect(new Set(Object.values(await stack.deadLetterCounts()))).toEqual(new Set([0]));
});

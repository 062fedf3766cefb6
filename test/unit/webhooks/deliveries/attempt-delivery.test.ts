import { describe, expect, it } from "vitest";
import { verifyWebhook } from "#clients/webhooks/verify-webhook.ts";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { SendError } from "#shared/webhooks/sending/send-result.ts";
import { aDeliveryMessage, anEndpoint, anEvent, aSendResult, testNow } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/webhooks/delivery-builders.ts";
import {
  decryptedSecret,
  deliveryFixture,
  deliveryFixtureRespondingWith,
  respondWith,
} from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const at = testNow.toISOString();
const inSeconds = (seconds: number) => secondsLater(seconds).toISOString();

describe("deliverBatch when the receiver accepts the request", () => {
  it("sends one signed request and lists the delivery with its attempt", async () => {
    const fixture = await deliveryFixture();
    expect(await fixture.deliver(message)).toEqual(["succeeded"]);
    const [request, ...others] = fixture.received;
    expect(others).toEqual([]);
    expect(request?.url).toBe(anEndpoint().url);
    const secret = decryptedSecret("encrypted secret");
    const payload = await verifyWebhook(request?.body ?? "", request?.headers ?? {}, secret, { now: testNow });
    expect(payload).toMatchObject({
      event_type: "invoice.sent",
      delivery_id: message.delivery_id,
      sequence: message.sequence,
      sealed_at: message.sealed_at,
      data: { event_id: anEvent().event_id },
    });
    expect(await fixture.deliveryOf(message)).toMatchObject({
      status: "succeeded",
      reason: null,
      attempts: 1,
      last_attempt_at: at,
      last_status: 200,
      last_error: null,
      last_duration_ms: aSendResult().duration_ms,
      next_attempt_at: null,
    });
    expect(await fixture.attemptsOf(message)).toEqual([{ ...aSendResult(), number: 1, at }]);
    expect(fixture.scheduled).toEqual([]);
  });

  it("repeats id and body with a new timestamp when a later attempt succeeds", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver(message);
    fixture.receiver.respond = respondWith({ status: 204 });
    await fixture.advance(5);
    expect(await fixture.deliver(...fixture.scheduled.map((next) => next.message))).toEqual(["succeeded"]);
    const [first, second] = fixture.received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(Number(second?.headers["webhook-timestamp"]) - Number(first?.headers["webhook-timestamp"])).toBe(5);
    const secret = decryptedSecret("encrypted secret");
    const verified = verifyWebhook(second?.body ?? "", second?.headers ?? {}, secret, { now: fixture.clock.now() });
    await expect(verified).resolves.toMatchObject({ delivery_id: message.delivery_id });
    expect((await fixture.attemptsOf(message)).map(({ number, status }) => [number, status])).toEqual([
      [1, 500],
      [2, 204],
    ]);
  });
});

describe("deliverBatch of a delivery whose messages have different sequences", () => {
  const unknown = { sequence: null, sealed_at: null };
  const known = { sequence: message.sequence, sealed_at: message.sealed_at };

  it.each([
    ["unknown", unknown, known],
    ["known", known, unknown],
  ])("sends that of the first attempt again when it was %s", async (_, first, later) => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver({ ...message, ...first });
    await fixture.deliver({ ...message, ...later, step: 1 });
    const bodies = fixture.received.map(({ body }) => body);
    expect(bodies).toEqual([bodies[0], bodies[0]]);
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject(first);
    expect(await fixture.deliveryOf(message)).toMatchObject(first);
  });
});

describe("deliverBatch when the event is unreadable", () => {
  const damage = { timeline: "t", position: "p", reason: "metadata is not valid" };
  it.each<[string, () => Promise<ActivityEvent | null>]>([
    ["is damaged", () => Promise.reject(new DamagedItemError(damage))],
    ["is gone", async () => null],
    ["was replaced by one of another type", async () => anEvent({ action: "INVOICE_VOIDED" })],
  ])("fails with the reason and sends nothing when the event %s", async (_, get) => {
    const fixture = await deliveryFixture();
    fixture.ports.events.get = get;
    expect(await fixture.deliver(message)).toEqual(["given_up"]);
    expect(fixture.received).toEqual([]);
    expect(fixture.scheduled).toEqual([]);
    expect(await fixture.deliveryOf(message)).toMatchObject({
      status: "failed",
      reason: "event_unreadable",
      attempts: 0,
      next_attempt_at: null,
    });
    expect(await fixture.deliver(message)).toEqual(["dropped"]);
  });
});

describe("deliverBatch when an attempt fails", () => {
  const errors: SendError[] = [
    "url_refused",
    "address_refused",
    "dns",
    "connect",
    "connect_timeout",
    "tls",
    "timeout",
    "reset",
    "protocol",
  ];
  it.each([
    ...[100, 301, 302, 304, 308, 400, 401, 404, 409, 429, 500, 502, 503, 504].map((status) => ({ status })),
    ...errors.map((error) => ({ status: null, error, message: "why" })),
  ])("lists the delivery and retries it by the queue after 5 s: $status $error", async (exchange) => {
    const fixture = await deliveryFixtureRespondingWith(exchange);
    expect(await fixture.deliver(message)).toEqual(["failed"]);
    const [next] = fixture.scheduled;
    expect(fixture.scheduled).toEqual([{ ...next, by: "queue", seconds: 5, message: { ...message, step: 1 } }]);
    expect(await fixture.deliveryOf(message)).toMatchObject({
      status: "pending",
      reason: null,
      attempts: 1,
      step: 1,
      last_attempt_at: at,
      last_status: exchange.status,
      last_error: "error" in exchange ? exchange.error : null,
      next_attempt_at: inSeconds(5),
    });
    expect(await fixture.attemptsOf(message)).toEqual([{ ...aSendResult(exchange), number: 1, at }]);
  });

  it("does not follow a redirect", async () => {
    const fixture = await deliveryFixtureRespondingWith({
      status: 307,
      headers: { location: "https://other.example.com/" },
    });
    await fixture.deliver(message);
    expect(fixture.received.map(({ url }) => url)).toEqual([anEndpoint().url]);
  });

  it.each([
    { status: 503, retryAfter: "60", by: "queue", seconds: 60 },
    { status: 429, retryAfter: "900", by: "queue", seconds: 900 },
    { status: 500, retryAfter: "901", by: "table", seconds: 901 },
    { status: 503, retryAfter: "2", by: "queue", seconds: 5 },
    { status: 404, retryAfter: "999999", by: "table", seconds: 12 * 3_600 },
    { status: 503, retryAfter: "Mon, 01 Jun 2026 12:02:30 GMT", by: "queue", seconds: 120 },
    { status: 503, retryAfter: "-1", by: "queue", seconds: 5 },
  ])(
    "retries after the time of Retry-After, within its limits: $status, $retryAfter",
    async ({ status, retryAfter, by, seconds }) => {
      const fixture = await deliveryFixtureRespondingWith({ status, headers: { "retry-after": retryAfter } });
      await fixture.deliver(message);
      expect(fixture.scheduled).toMatchObject([{ by, seconds }]);
      expect((await fixture.deliveryOf(message))?.next_attempt_at).toBe(inSeconds(seconds));
    },
  );

  it("resets the circuit deferrals and the manual flag of the next attempt", async () => {
    const fixture = await deliveryFixtureRespondingWith({ status: 500 });
    await fixture.deliver({ ...message, step: 2, parked: 3, urgent: true });
    expect(fixture.scheduled).toMatchObject([{ message: { step: 3, parked: 0, urgent: false }, seconds: 1_800 }]);
  });
});

it("deliverBatch retries for three days on schedule, then fails the delivery and disables the endpoint", async () => {
  const fixture = await deliveryFixtureRespondingWith({ status: 500 });
  const outcomes = [...(await fixture.deliver(message))];
  // The list grows with each attempt.
  for (const next of fixture.scheduled) {
    await fixture.advanceTo(next.at);
    outcomes.push(...(await fixture.deliver(next.message)));
  }
  const second = 1;
  const minute = 60;
  const hour = 3_600;
  expect(fixture.scheduled.map(({ by, seconds }) => [by, seconds])).toEqual([
    ["queue", 5 * second],
    ["queue", 5 * minute],
    ["table", 30 * minute],
    ["table", 2 * hour],
    ["table", 5 * hour],
    ["table", 10 * hour],
    ["table", 10 * hour],
    ["table", 12 * hour],
    ["table", 12 * hour],
    ["table", 12 * hour],
    ["table", 72 * hour - 228_905],
  ]);
  expect(outcomes).toEqual([...Array(11).fill("failed"), "given_up"]);
  expect(fixture.received.at(-1)?.at.toISOString()).toBe(inSeconds(72 * hour));
  expect(await fixture.deliveryOf(message)).toMatchObject({
    status: "failed",
    reason: "exhausted",
    attempts: 12,
    last_attempt_at: inSeconds(72 * hour),
    next_attempt_at: null,
  });
  expect((await fixture.attemptsOf(message)).map(({ number }) => number)).toEqual(
    Array.from({ length: 12 }, (_, n) => n + 1),
  );
  expect(fixture.disabled.map(({ reason }) => reason)).toEqual(["failing"]);
  expect((await fixture.storedEndpoint())?.disabled).toEqual({ reason: "failing", at: inSeconds(72 * hour) });
  expect(fixture.endpointEvents).toMatchObject([{ action: "WEBHOOK_ENDPOINT_DISABLED", actor_user_id: null }]);
});

it("deliverBatch fails only the delivery, and keeps the endpoint enabled, when the receiver responds abort-message", async () => {
  const fixture = await deliveryFixtureRespondingWith({
    status: 400,
    headers: { "webhook-delivery": "abort-message" },
  });
  expect(await fixture.deliver(message)).toEqual(["given_up"]);
  expect(await fixture.deliveryOf(message)).toMatchObject({ status: "failed", reason: "aborted_by_receiver" });
  expect(fixture.scheduled).toEqual([]);
  expect((await fixture.storedEndpoint())?.disabled).toBeNull();
});

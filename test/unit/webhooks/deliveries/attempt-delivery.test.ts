import { describe, expect, it } from "vitest";
import { DamagedItemError } from "#shared/events/damaged-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { SendError } from "#shared/webhooks/deliveries/attempt.ts";
import { verify } from "#shared/webhooks/sending/verify.ts";
import { aDeliveryMessage, anEndpoint, anEvent, anExchange, testNow } from "#test/support/builders.ts";
import { secondsLater } from "#test/support/delivery-builders.ts";
import { aDeliveryWorld, answering, opened } from "#test/support/delivery-ports.ts";
import { whereAnswers } from "#test/support/mutable-events.ts";

const message = aDeliveryMessage();
const at = testNow.toISOString();
const inSeconds = (seconds: number) => secondsLater(seconds).toISOString();

describe("a delivery that succeeds", () => {
  it("is sent once, signed, and listed with its attempt", async () => {
    const world = await aDeliveryWorld();
    expect(await world.deliver(message)).toEqual(["succeeded"]);
    const [request, ...others] = world.received;
    expect(others).toEqual([]);
    expect(request?.url).toBe(anEndpoint().url);
    expect(verify(request?.headers ?? {}, request?.body ?? "", opened("sealed"), testNow)).toMatchObject({
      event_type: "invoice.sent",
      delivery_id: message.delivery_id,
      data: { event_id: anEvent().event_id },
    });
    expect(await world.deliveryOf(message)).toMatchObject({
      status: "succeeded",
      reason: null,
      attempts: 1,
      last_attempt_at: at,
      last_status: 200,
      last_error: null,
      next_attempt_at: null,
    });
    expect(await world.attemptsOf(message)).toEqual([{ ...anExchange(), number: 1, at }]);
    expect(world.scheduled).toEqual([]);
  });

  it("may do so at a later attempt, with the same id and bytes and a new time", async () => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver(message);
    world.receiver.answer = answering({ status: 204 });
    await world.later(5);
    expect(await world.deliver(...world.scheduled.map((next) => next.message))).toEqual(["succeeded"]);
    const [first, second] = world.received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(Number(second?.headers["webhook-timestamp"]) - Number(first?.headers["webhook-timestamp"])).toBe(5);
    expect(verify(second?.headers ?? {}, second?.body ?? "", opened("sealed"), world.clock.now())).toBeDefined();
    expect((await world.attemptsOf(message)).map(({ number, status }) => [number, status])).toEqual([
      [1, 500],
      [2, 204],
    ]);
  });
});

describe("a delivery whose event cannot be read", () => {
  const damage = { timeline: "t", position: "p", reason: "metadata is not valid" };
  it.each<[string, () => Promise<ActivityEvent | null>]>([
    ["is damaged", () => Promise.reject(new DamagedItemError(damage))],
    ["is gone", async () => null],
    ["was replaced by one of another type", async () => anEvent({ action: "INVOICE_VOIDED" })],
  ])("is given up with the reason, since it %s: nothing is sent, now or later", async (_, get) => {
    const world = await aDeliveryWorld();
    world.world.events.get = get;
    expect(await world.deliver(message)).toEqual(["given_up"]);
    expect(world.received).toEqual([]);
    expect(world.scheduled).toEqual([]);
    expect(await world.deliveryOf(message)).toMatchObject({
      status: "failed",
      reason: "event_unreadable",
      attempts: 0,
      next_attempt_at: null,
    });
    expect(await world.deliver(message)).toEqual(["dropped"]);
  });
});

describe("a failed attempt", () => {
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
  ])("is listed, and comes again after 5 s by way of the queue: $status $error", async (exchange) => {
    const world = await whereAnswers(exchange);
    expect(await world.deliver(message)).toEqual(["failed"]);
    const [next] = world.scheduled;
    expect(world.scheduled).toEqual([{ ...next, by: "queue", seconds: 5, message: { ...message, step: 1 } }]);
    expect(await world.deliveryOf(message)).toMatchObject({
      status: "pending",
      reason: null,
      attempts: 1,
      step: 1,
      last_attempt_at: at,
      last_status: exchange.status,
      last_error: "error" in exchange ? exchange.error : null,
      next_attempt_at: inSeconds(5),
    });
    expect(await world.attemptsOf(message)).toEqual([{ ...anExchange(exchange), number: 1, at }]);
  });

  it("never follows a redirect", async () => {
    const world = await whereAnswers({ status: 307, headers: { location: "https://other.example.com/" } });
    await world.deliver(message);
    expect(world.received.map(({ url }) => url)).toEqual([anEndpoint().url]);
  });

  it.each([
    { status: 503, asked: "60", by: "queue", seconds: 60 },
    { status: 429, asked: "900", by: "queue", seconds: 900 },
    { status: 500, asked: "901", by: "table", seconds: 901 },
    { status: 503, asked: "2", by: "queue", seconds: 5 },
    { status: 404, asked: "999999", by: "table", seconds: 12 * 3_600 },
    { status: 503, asked: "Mon, 01 Jun 2026 12:02:30 GMT", by: "queue", seconds: 120 },
    { status: 503, asked: "-1", by: "queue", seconds: 5 },
  ])("waits as long as Retry-After asks, within bounds: $status, $asked", async ({ status, asked, by, seconds }) => {
    const world = await whereAnswers({ status, headers: { "retry-after": asked } });
    await world.deliver(message);
    expect(world.scheduled).toMatchObject([{ by, seconds }]);
    expect((await world.deliveryOf(message))?.next_attempt_at).toBe(inSeconds(seconds));
  });

  it("begins a wait for the circuit anew and is urgent no more", async () => {
    const world = await whereAnswers({ status: 500 });
    await world.deliver({ ...message, step: 2, parked: 3, urgent: true });
    expect(world.scheduled).toMatchObject([{ message: { step: 3, parked: 0, urgent: false }, seconds: 1_800 }]);
  });
});

it("tries for three days on schedule, then gives up, and disables who never answered well", async () => {
  const world = await whereAnswers({ status: 500 });
  const outcomes = [...(await world.deliver(message))];
  // The list grows with each attempt.
  for (const next of world.scheduled) {
    await world.until(next.at);
    outcomes.push(...(await world.deliver(next.message)));
  }
  const [second, minute, hour] = [1, 60, 3_600];
  expect(world.scheduled.map(({ by, seconds }) => [by, seconds])).toEqual([
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
  expect(world.received.at(-1)?.at.toISOString()).toBe(inSeconds(72 * hour));
  expect(await world.deliveryOf(message)).toMatchObject({
    status: "failed",
    reason: "exhausted",
    attempts: 12,
    last_attempt_at: inSeconds(72 * hour),
    next_attempt_at: null,
  });
  expect((await world.attemptsOf(message)).map(({ number }) => number)).toEqual(
    Array.from({ length: 12 }, (_, n) => n + 1),
  );
  expect(world.disabled.map(({ reason }) => reason)).toEqual(["failing"]);
  expect((await world.standing())?.disabled).toEqual({ reason: "failing", at: inSeconds(72 * hour) });
  expect(world.told).toMatchObject([{ action: "WEBHOOK_ENDPOINT_DISABLED", actor_user_id: null }]);
});

it("ends a delivery that its receiver wants no more, and nothing beside it", async () => {
  const world = await whereAnswers({ status: 400, headers: { "webhook-delivery": "abort-message" } });
  expect(await world.deliver(message)).toEqual(["given_up"]);
  expect(await world.deliveryOf(message)).toMatchObject({ status: "failed", reason: "aborted_by_receiver" });
  expect(world.scheduled).toEqual([]);
  expect((await world.standing())?.disabled).toBeNull();
});

import { describe, expect, it } from "vitest";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { DeliveryAttempt } from "#shared/webhooks/deliveries/delivery.ts";
import { type DeliveryMessage, deliveryIdOf } from "#shared/webhooks/deliveries/delivery.ts";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { orgA, webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { anEvent, testNow } from "#test/support/builders.ts";

const settings = { url: "https://hooks.example.com/in", events: ["*"] };

/** An endpoint, and deliveries of `count` events to it, each a minute after the one before. */
async function withDeliveries(count = 0, log: readonly ActivityEvent[] = []) {
  const dialect = webhooksApi({ log });
  const created = await dialect.ask("POST", "/endpoints", { body: settings });
  const endpoint_id: string = JSON.parse(created.body).endpoint.endpoint_id;
  const messages = Array.from({ length: count }, (_, n): DeliveryMessage => {
    const at = new Date(testNow.getTime() + n * 60_000).toISOString();
    const event = anEvent({ org_id: orgA, event_id: `evt_${String(n).padStart(32, "0")}`, recorded_at: at });
    return {
      org_id: orgA,
      endpoint_id,
      delivery_id: deliveryIdOf(endpoint_id, event),
      event_type: n % 2 === 0 ? "invoice.sent" : "bill.paid",
      event: { entity_id: event.entity_id, occurred_at: event.occurred_at, event_id: event.event_id },
      sequence: n + 1,
      sealed_at: at,
      cycle: 0,
      started_at: at,
      step: 0,
      parked: 0,
      urgent: false,
      resend: false,
    };
  });
  for (const message of messages) {
    await dialect.ports.deliveries.create(message, new Date(message.started_at), message.started_at);
  }
  return { ...dialect, endpoint_id, messages, at: `/endpoints/${endpoint_id}` };
}

async function withOneDelivery(log: readonly ActivityEvent[] = []) {
  const dialect = await withDeliveries(1, log);
  const [message] = dialect.messages;
  if (message === undefined) throw new Error("The queue has no message.");
  let cycle = 0;
  const attemptFirst = async (attempt: DeliveryAttempt) => {
    const claim = await dialect.deliveries.claim({ ...message, cycle: cycle++ }, testNow, 0);
    if (claim.kind !== "claimed") throw new Error(`The delivery is ${claim.kind}.`);
    const { at: last_attempt_at, status: last_status, error: last_error, duration_ms: last_duration_ms } = attempt;
    const tried = { last_attempt_at, last_status, last_error, last_duration_ms };
    await dialect.deliveries.record({ ...claim.delivery, ...tried, status: "failed", reason: "exhausted" }, attempt);
  };
  return { ...dialect, message, attemptFirst };
}

const keys = [
  "delivery_id",
  "endpoint_id",
  "event_id",
  "sequence",
  "sealed_at",
  "event_type",
  "status",
  "reason",
  "attempt_count",
  "created_at",
  "last_attempt_at",
  "last_response_status",
  "last_error",
  "last_duration_ms",
  "next_attempt_at",
];

const answered: DeliveryAttempt = {
  number: 1,
  at: "2026-06-01T12:00:31.250Z",
  status: 503,
  error: null,
  message: null,
  duration_ms: 12.5,
  headers: { "retry-after": "9" },
  body: "<b>no</b>",
  body_truncated: false,
};

describe("POST /webhooks/endpoints/{endpoint_id}/test", () => {
  it("queues a sample of the type and lists it immediately", async () => {
    const { ask, at, queued, endpoint_id } = await withDeliveries();
    const { status, body } = await ask("POST", `${at}/test`, { body: { event_type: "bill.paid" } });
    expect(status).toBe(202);
    const { delivery } = JSON.parse(body);
    expect(delivery).toEqual({
      delivery_id: expect.stringMatching(/^dlv_[0-9a-f]{32}$/),
      event_type: "bill.paid",
      status: "pending",
    });
    expect(queued).toEqual([
      {
        org_id: orgA,
        endpoint_id,
        delivery_id: delivery.delivery_id,
        event_type: "bill.paid",
        event: null,
        sequence: null,
        sealed_at: null,
        cycle: 0,
        started_at: testNow.toISOString(),
        step: 0,
        parked: 0,
        urgent: true,
        resend: false,
      },
    ]);
    const found = JSON.parse((await ask("GET", `${at}/deliveries/${delivery.delivery_id}`)).body).delivery;
    expect(found).toMatchObject({ event_id: null, sequence: null, sealed_at: null, status: "pending", attempts: [] });
    expect(found.attempt_count).toBe(0);
  });

  it("accepts an empty body and a disabled endpoint", async () => {
    const { ask, at, queued } = await withDeliveries();
    await ask("PATCH", at, { body: { enabled: false } });
    expect((await ask("POST", `${at}/test`)).status).toBe(202);
    expect(queued).toMatchObject([{ event_type: "invoice.sent" }]);
  });

  it("uses a different delivery id each time", async () => {
    const { ask, at, queued } = await withDeliveries();
    await Promise.all(Array.from({ length: 10 }, () => ask("POST", `${at}/test`)));
    expect(new Set(queued.map(({ delivery_id }) => delivery_id)).size).toBe(10);
  });

  it("keeps the record when the sender stored it before the API", async () => {
    const { ask, at, ports, deliveries, endpoint_id } = await withDeliveries();
    const sendImmediately = async (messages: readonly DeliveryMessage[]) => {
      for (const message of messages) {
        const claim = await deliveries.claim(message, testNow, 60);
        if (claim.kind !== "claimed") throw new Error(`The delivery is ${claim.kind}.`);
        await deliveries.record({ ...claim.delivery, status: "succeeded", step: 1 }, null);
      }
      return [];
    };
    Object.assign(ports.queue, { send: sendImmediately });
    const { status, body } = await ask("POST", `${at}/test`);
    expect(status).toBe(202);
    const { delivery_id } = JSON.parse(body).delivery;
    expect(await deliveries.get(endpoint_id, delivery_id)).toMatchObject({ status: "succeeded", attempts: 1 });
  });

  it.each(["invoice.*", "invoice.unheard_of", ""])("of %j returns an error and sends nothing", async (event_type) => {
    const { ask, at, queued } = await withDeliveries();
    const { status, body } = await ask("POST", `${at}/test`, { body: { event_type } });
    expect([status, JSON.parse(body).field, queued]).toEqual([400, "event_type", []]);
  });
});

describe("unavailable delivery queue", () => {
  it.each(["test", "retry"])("makes %s return 503", async (what) => {
    const { at, ask, ports, messages } = await withDeliveries(1);
    Object.assign(ports.queue, { send: async (refused: readonly DeliveryMessage[]) => refused });
    const path = what === "test" ? `${at}/test` : `${at}/deliveries/${messages[0]?.delivery_id}/retry`;
    const { status, headers, body } = await ask("POST", path);
    expect([status, headers["retry-after"], JSON.parse(body).code]).toEqual([503, "2", "service.unavailable"]);
  });
});

describe("GET /webhooks/endpoints/{endpoint_id}/deliveries", () => {
  it("returns the newest first, with the keys of the contract in order", async () => {
    const { ask, at, messages, endpoint_id } = await withDeliveries(3);
    const { body, headers } = await ask("GET", `${at}/deliveries`);
    const { deliveries, page_context } = JSON.parse(body);
    const ids = deliveries.map(({ delivery_id }: { delivery_id: string }) => delivery_id);
    expect(ids).toEqual(messages.map(({ delivery_id }) => delivery_id).reverse());
    expect(page_context).toEqual({ limit: 50, returned: 3, has_more_page: false });
    expect(headers.link).toBeUndefined();
    expect(Object.keys(deliveries[0])).toEqual(keys);
    expect(deliveries[2]).toMatchObject({
      endpoint_id,
      event_id: "evt_00000000000000000000000000000000",
      status: "pending",
      reason: null,
      attempt_count: 0,
      created_at: "2026-06-01T12:00:30Z",
      last_attempt_at: null,
      next_attempt_at: "2026-06-01T12:00:30Z",
    });
  });

  it("returns each delivery once, with Links that keep the filters", async () => {
    const { ask, at, messages } = await withDeliveries(9);
    const seen: string[] = [];
    let query = "?limit=2&event_type=invoice.sent&utm_source=x";
    for (let page = 0; page < 3; page++) {
      const over = { query: new URLSearchParams(query) };
      const { body, headers } = await ask("GET", `${at}/deliveries`, { over });
      seen.push(...JSON.parse(body).deliveries.map(({ delivery_id }: { delivery_id: string }) => delivery_id));
      const [, link = ""] = /^<([^>]+)>; rel="next"$/.exec(headers.link ?? "") ?? [];
      expect(JSON.parse(body).page_context.has_more_page).toBe(page < 2);
      if (page === 2) break;
      const { pathname, origin, search } = new URL(link);
      expect([origin, pathname]).toEqual(["https://api.example.com", `/api/public/v1/webhooks${at}/deliveries`]);
      expect(search).toMatch(/^\?event_type=invoice\.sent&limit=2&cursor=dlv_[0-9a-f]{32}$/);
      query = search;
    }
    const wanted = messages.filter(({ event_type }) => event_type === "invoice.sent");
    expect(seen).toEqual(wanted.map(({ delivery_id }) => delivery_id).reverse());
  });

  it("returns 400 when the range ends before it begins", async () => {
    const { ask, at } = await withDeliveries(1);
    const over = { query: new URLSearchParams("since=2026-07-01&until=2026-06-01") };
    const { status, body } = await ask("GET", `${at}/deliveries`, { over });
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { code: "validation.invalid_value", message: "since must not be after until.", field: "since" },
    ]);
  });
});

describe("GET /webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}", () => {
  it("returns the delivery with each attempt", async () => {
    const { ask, at, attemptFirst, message } = await withOneDelivery();
    await attemptFirst(answered);
    await attemptFirst({ ...answered, number: 2, status: 204 });
    const { delivery } = JSON.parse((await ask("GET", `${at}/deliveries/${message.delivery_id}`)).body);
    expect(Object.keys(delivery)).toEqual([...keys, "attempts"]);
    expect(delivery).toMatchObject({
      attempt_count: 2,
      status: "failed",
      reason: "exhausted",
      last_response_status: 204,
      last_attempt_at: "2026-06-01T12:00:31.250Z",
      last_duration_ms: 12.5,
    });
    expect(delivery.attempts[0]).toEqual({
      number: 1,
      at: "2026-06-01T12:00:31.250Z",
      duration_ms: 12.5,
      outcome: "failed",
      response_status: 503,
      error: null,
      message: null,
      response_headers: { "retry-after": "9" },
      response_body: "<b>no</b>",
      response_truncated: false,
    });
    expect(delivery.attempts[1].outcome).toBe("succeeded");
  });

  it("returns the payload, as it is sent", async () => {
    const event = anEvent({ org_id: orgA, event_id: `evt_${"0".repeat(32)}`, recorded_at: testNow.toISOString() });
    const { ask, at, message } = await withOneDelivery([event]);
    const { delivery } = JSON.parse((await ask("GET", `${at}/deliveries/${message.delivery_id}`)).body);
    expect(delivery.payload).toEqual(JSON.parse(renderPayload(event, message)));
  });

  it("returns the payload of a test, marked as such", async () => {
    const { ask, at } = await withDeliveries();
    const sent = JSON.parse((await ask("POST", `${at}/test`)).body).delivery;
    const { delivery } = JSON.parse((await ask("GET", `${at}/deliveries/${sent.delivery_id}`)).body);
    expect(delivery.payload).toMatchObject({
      test: true,
      sequence: null,
      event_type: "invoice.sent",
      delivery_id: sent.delivery_id,
    });
  });
});

describe("POST /webhooks/endpoints/{endpoint_id}/deliveries/{delivery_id}/retry", () => {
  it("starts the delivery again immediately, with the same id", async () => {
    const { ask, at, queued, messages, clock } = await withDeliveries(1);
    clock.now = new Date("2026-06-02T00:00:00.000Z");
    const { status, body } = await ask("POST", `${at}/deliveries/${messages[0]?.delivery_id}/retry`);
    expect(status).toBe(202);
    expect(JSON.parse(body).delivery).toMatchObject({ status: "pending", next_attempt_at: "2026-06-02T00:00:00Z" });
    const started_at = clock.now.toISOString();
    const { org_id, endpoint_id, delivery_id, event_type } = messages[0] ?? {};
    const event = { entity_id: "inv_8c3f1a9b", occurred_at: "2026-05-11T08:30:12.000Z" };
    expect(queued).toMatchObject([
      {
        org_id,
        endpoint_id,
        delivery_id,
        event_type,
        event,
        sequence: 1,
        sealed_at: testNow.toISOString(),
        cycle: clock.now.getTime(),
        started_at,
        step: 0,
        urgent: true,
        resend: true,
      },
    ]);
  });

  it("starts a later run than the previous one, also when the clock was ahead", async () => {
    const { ask, at, queued, message, deliveries } = await withOneDelivery();
    await deliveries.claim({ ...message, cycle: testNow.getTime() + 5_000 }, testNow, 1);
    await ask("POST", `${at}/deliveries/${message.delivery_id}/retry`);
    expect(queued[0]?.cycle).toBe(testNow.getTime() + 5_001);
  });

  it("returns 409 with the remedy while the endpoint is disabled", async () => {
    const { ask, at, queued, messages } = await withDeliveries(1);
    await ask("PATCH", at, { body: { enabled: false } });
    const { status, body } = await ask("POST", `${at}/deliveries/${messages[0]?.delivery_id}/retry`);
    expect([status, JSON.parse(body).message, queued]).toEqual([409, expect.stringContaining("Enable it"), []]);
  });

  it("accepts a test delivery", async () => {
    const { ask, at, queued } = await withDeliveries();
    const { delivery } = JSON.parse((await ask("POST", `${at}/test`)).body);
    expect((await ask("POST", `${at}/deliveries/${delivery.delivery_id}/retry`)).status).toBe(202);
    expect(queued[1]).toMatchObject({ event: null, delivery_id: delivery.delivery_id, cycle: testNow.getTime() });
  });
});

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditLog } from "#shared/audit/aws/audit-log.ts";
import { withAuditLogTimeout } from "#shared/audit/aws/bounded-audit-log.ts";
import { ActivityError } from "#shared/errors.ts";
import { handleDeliveryRecords as deliverInto } from "#shared/webhooks/deliveries/aws/delivery-handler.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import { aDeliveryMessage, anEndpoint, anEvent } from "#test/support/builders.ts";
import { buildSqsRecord } from "#test/support/events/sqs-record.ts";
import { captureLogLines, type LogLine } from "#test/support/log-lines.ts";
import { type DeliveryFixture, deliveryFixture, respondWith } from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const busy = () => new ActivityError("unavailable", "busy");

let lines: LogLine[];
let audited: LogLine[];
beforeEach(() => {
  lines = captureLogLines();
  audited = [];
});

const accessLog: AuditLog = {
  put: async (entries) => void audited.push(...entries.map(({ text }) => JSON.parse(text))),
};

const handleDeliveryRecords = (ports: Parameters<typeof deliverInto>[0], batch: Parameters<typeof deliverInto>[1]) =>
  deliverInto(ports, batch, accessLog);

const records = (...messages: readonly DeliveryMessage[]) =>
  messages.map((one, at) => buildSqsRecord(String(at), JSON.stringify(one)));

describe("handleDeliveryRecords", () => {
  it.each<[string, DeliveryMessage, (fixture: DeliveryFixture) => unknown]>([
    ["DeliveriesSucceeded", message, () => {}],
    ["DeliveryAttemptsFailed", message, ({ receiver }) => (receiver.respond = respondWith({ status: 500 }))],
    [
      "DeliveriesGivenUp",
      { ...message, event: null },
      ({ receiver }) => (receiver.respond = respondWith({ status: 500 })),
    ],
    ["DeliveriesGivenUp", message, ({ endpoints, endpoint }) => endpoints.remove(endpoint, anEvent())],
    ["DeliveriesRescheduled", message, ({ deliveries, clock }) => deliveries.claim(message, clock.now(), 60)],
    ["DeliveriesDropped", message, ({ deliver }) => deliver(message)],
    ["DeliveriesDeferred", message, ({ health }) => vi.spyOn(health, "acquire").mockRejectedValueOnce(busy())],
  ])("counts a record as %s", async (metric, one, arrange) => {
    const fixture = await deliveryFixture();
    await arrange(fixture);
    expect(await handleDeliveryRecords(fixture.ports, records(one))).toEqual([{ status: "fulfilled", value: metric }]);
  });

  it.each([
    "",
    "no JSON",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...message, step: "1" }),
    JSON.stringify({ ...message, event: "evt_1" }),
    JSON.stringify({ ...message, urgent: undefined }),
    // As large as SQS accepts: its keys would exceed the limits of DynamoDB.
    JSON.stringify({ ...message, endpoint_id: "x".repeat(1_000_000) }),
    JSON.stringify({ ...message, event: { ...message.event, entity_id: "\u0001".repeat(170_000) } }),
  ])("rejects only an invalid record, and logs nothing about it: %#", async (body) => {
    const { ports, received } = await deliveryFixture();
    const [good] = records(message);
    const results = await handleDeliveryRecords(ports, [
      buildSqsRecord("bad", body),
      good ?? buildSqsRecord(""),
      buildSqsRecord("worse", body),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    expect(received).toHaveLength(1);
    const [bad] = results;
    if (bad?.status !== "rejected") throw new Error("The record was delivered.");
    expect(String(bad.reason)).toMatch(/^Error: The message (is not a JSON object|has no valid (\w+\.?)+)\.$/);
  });

  it("returns results in the order of the records", async () => {
    const { ports, createMessages, log } = await deliveryFixture();
    const [first = message, lost = message, third = message] = createMessages(3);
    log.splice(2, 1);
    const bodies = records(first, lost, third, first);
    const results = await handleDeliveryRecords(ports, [buildSqsRecord("bad", "{"), ...bodies]);
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : "rejected"))).toEqual([
      "rejected",
      "DeliveriesSucceeded",
      "DeliveriesGivenUp",
      "DeliveriesSucceeded",
      "DeliveriesRescheduled",
    ]);
  });
});

it("handleDeliveryRecords does nothing for an empty batch", async () => {
  const { ports } = await deliveryFixture();
  expect(await handleDeliveryRecords(ports, [])).toEqual([]);
});

describe("handleDeliveryRecords when an endpoint is disabled or its circuit opens", () => {
  it("logs and counts a disabled endpoint once, without its URL", async () => {
    const url = "https://hooks.example.com/in?key=hidden";
    const { ports, receiver, createMessages } = await deliveryFixture({ url });
    receiver.respond = respondWith({ status: 410 });
    await handleDeliveryRecords(ports, records(...createMessages(3)));
    const { org_id, endpoint_id } = anEndpoint();
    expect(lines).toMatchObject([
      { level: "warn", message: "endpoint disabled", org_id, endpoint_id, reason: "gone" },
      { EndpointsDisabled: 1 },
    ]);
    const event_id = expect.stringMatching(/^evt_/);
    const delivery_id = expect.stringMatching(/^dlv_/);
    expect(audited.length).toBeGreaterThan(0);
    for (const { time, ...line } of audited) {
      expect(time).toBe(ports.now().toISOString());
      expect(line).toEqual({ message: "delivery", org_id, endpoint_id, event_id, delivery_id, outcome: "given_up" });
    }
    expect(JSON.stringify([lines, audited])).not.toMatch(/hooks\.example|hidden/);
  });

  it("logs and counts an opened circuit", async () => {
    const { ports, receiver, createMessages } = await deliveryFixture();
    receiver.respond = respondWith({ status: 500 });
    for (const one of createMessages(5)) await handleDeliveryRecords(ports, records(one));
    const { endpoint_id } = anEndpoint();
    expect(lines).toMatchObject([{ level: "warn", message: "circuit opened", endpoint_id }, { CircuitsOpened: 1 }]);
  });

  it("logs nothing when a delivery only failed", async () => {
    const { ports, receiver, createMessages } = await deliveryFixture();
    receiver.respond = respondWith({ status: 500 });
    await handleDeliveryRecords(ports, records(...createMessages(3)));
    expect(lines).toEqual([]);
  });
});

it("handleDeliveryRecords logs given-up deliveries itself when the audit log refuses their lines", async () => {
  const { ports, receiver } = await deliveryFixture();
  receiver.respond = respondWith({ status: 410 });
  const put = async () => {
    throw new Error("away");
  };
  const [result] = await deliverInto(ports, records(message), { put });
  expect(result?.status).toBe("fulfilled");
  const { delivery_id } = message;
  expect(lines.slice(-2)).toMatchObject([
    { message: "audit lines not written", lines: [{ delivery_id }], error_message: "away" },
    { AuditLinesLost: 1 },
  ]);
});

it("handleDeliveryRecords waits for a hanging audit log up to its limit, and counts the lost lines", async () => {
  const { ports, receiver } = await deliveryFixture();
  receiver.respond = respondWith({ status: 410 });
  const waited: number[] = [];
  const hanging = { put: () => new Promise<void>(() => {}) };
  const bounded = withAuditLogTimeout(hanging, 4_000, async (milliseconds) => void waited.push(milliseconds));
  const results = await deliverInto(ports, records(message), bounded);
  expect(results).toEqual([{ status: "fulfilled", value: "DeliveriesGivenUp" }]);
  expect(waited).toEqual([4_000]);
  expect(lines.slice(-2)).toMatchObject([
    { message: "audit lines not written", lines: [{ delivery_id: message.delivery_id }] },
    { AuditLinesLost: 1 },
  ]);
});

it("handleDeliveryRecords logs the reason of a deferred delivery", async () => {
  const { ports, health } = await deliveryFixture();
  vi.spyOn(health, "acquire").mockRejectedValueOnce(busy());
  await handleDeliveryRecords(ports, records(message));
  const { delivery_id } = message;
  expect(lines).toMatchObject([{ level: "warn", message: "delivery deferred", delivery_id, error_message: "busy" }]);
});

it("handleDeliveryRecords counts a message of an endpoint of unknown latency as moved", async () => {
  const { ports, received } = await deliveryFixture();
  const slowLane = { send: async () => [] };
  const results = await handleDeliveryRecords({ ...ports, slowLane }, records(message));
  expect(results).toEqual([{ status: "fulfilled", value: "DeliveriesMoved" }]);
  expect(received).toEqual([]);
});

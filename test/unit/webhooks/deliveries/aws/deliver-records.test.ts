import { beforeEach, describe, expect, it, vi } from "vitest";
import type { AuditLog } from "#shared/audit/aws/audit-log.ts";
import { boundedAuditLog } from "#shared/audit/aws/bounded-audit-log.ts";
import { ActivityError } from "#shared/errors.ts";
import { deliverRecords as deliverInto } from "#shared/webhooks/deliveries/aws/deliver-records.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import { aDeliveryMessage, anEndpoint, anEvent } from "#test/support/builders.ts";
import { aDeliveryWorld, answering } from "#test/support/delivery-ports.ts";
import { catchLog, type LogLine } from "#test/support/log-lines.ts";
import { aRecord } from "#test/support/queue-record.ts";

const message = aDeliveryMessage();
const busy = () => new ActivityError("unavailable", "busy");

let lines: LogLine[];
let audited: LogLine[];
beforeEach(() => {
  lines = catchLog();
  audited = [];
});

const accessLog: AuditLog = {
  put: async (entries) => void audited.push(...entries.map(({ text }) => JSON.parse(text))),
};

const deliverRecords = (world: Parameters<typeof deliverInto>[0], batch: Parameters<typeof deliverInto>[1]) =>
  deliverInto(world, batch, accessLog);

const records = (...messages: readonly DeliveryMessage[]) =>
  messages.map((one, at) => aRecord(String(at), JSON.stringify(one)));

type World = Awaited<ReturnType<typeof aDeliveryWorld>>;

describe("a record", () => {
  it.each<[string, DeliveryMessage, (world: World) => unknown]>([
    ["DeliveriesSucceeded", message, () => {}],
    ["DeliveryAttemptsFailed", message, ({ receiver }) => (receiver.answer = answering({ status: 500 }))],
    [
      "DeliveriesGivenUp",
      { ...message, event: null },
      ({ receiver }) => (receiver.answer = answering({ status: 500 })),
    ],
    ["DeliveriesGivenUp", message, ({ endpoints, endpoint }) => endpoints.remove(endpoint, anEvent())],
    ["DeliveriesParked", message, ({ deliveries, clock }) => deliveries.claim(message, clock.now(), 60)],
    ["DeliveriesDropped", message, ({ deliver }) => deliver(message)],
    ["DeliveriesDeferred", message, ({ health }) => vi.spyOn(health, "lease").mockRejectedValueOnce(busy())],
  ])("counts as %s", async (metric, one, happens) => {
    const world = await aDeliveryWorld();
    await happens(world);
    expect(await deliverRecords(world.world, records(one))).toEqual([{ status: "fulfilled", value: metric }]);
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
    // As large as SQS takes: it would make keys that no call to DynamoDB may have.
    JSON.stringify({ ...message, endpoint_id: "x".repeat(1_000_000) }),
    JSON.stringify({ ...message, event: { ...message.event, entity_id: "\u0001".repeat(170_000) } }),
  ])("that holds no message of ours fails alone, and shows nothing of itself: %#", async (body) => {
    const { world, received } = await aDeliveryWorld();
    const [good] = records(message);
    const results = await deliverRecords(world, [aRecord("bad", body), good ?? aRecord(""), aRecord("worse", body)]);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "rejected"]);
    expect(received).toHaveLength(1);
    const [bad] = results;
    if (bad?.status !== "rejected") throw new Error("The record was delivered.");
    expect(String(bad.reason)).toMatch(/^Error: The message (is no JSON object|has no valid (\w+\.?)+)\.$/);
  });

  it("has its result in its own place", async () => {
    const { world, messages, log } = await aDeliveryWorld();
    const [first = message, lost = message, third = message] = messages(3);
    log.splice(2, 1);
    const bodies = records(first, lost, third, first);
    const results = await deliverRecords(world, [aRecord("bad", "{"), ...bodies]);
    expect(results.map((result) => (result.status === "fulfilled" ? result.value : "rejected"))).toEqual([
      "rejected",
      "DeliveriesSucceeded",
      "DeliveriesGivenUp",
      "DeliveriesSucceeded",
      "DeliveriesParked",
    ]);
  });
});

it("has nothing to do with an empty batch", async () => {
  const { world } = await aDeliveryWorld();
  expect(await deliverRecords(world, [])).toEqual([]);
});

describe("an endpoint that is disabled on the way", () => {
  it("is told and counted once, without its address", async () => {
    const url = "https://hooks.example.com/in?key=hidden";
    const { world, receiver, messages } = await aDeliveryWorld({ url });
    receiver.answer = answering({ status: 410 });
    await deliverRecords(world, records(...messages(3)));
    const { org_id, endpoint_id } = anEndpoint();
    expect(lines).toMatchObject([
      { level: "warn", message: "endpoint disabled", org_id, endpoint_id, reason: "gone" },
      { EndpointsDisabled: 1 },
    ]);
    const event_id = expect.stringMatching(/^evt_/);
    const delivery_id = expect.stringMatching(/^dlv_/);
    expect(audited.length).toBeGreaterThan(0);
    for (const { time, ...line } of audited) {
      expect(time).toBe(world.now().toISOString());
      expect(line).toEqual({ message: "delivery", org_id, endpoint_id, event_id, delivery_id, outcome: "given_up" });
    }
    expect(JSON.stringify([lines, audited])).not.toMatch(/hooks\.example|hidden/);
  });

  it("is counted where its circuit opens", async () => {
    const { world, receiver, messages } = await aDeliveryWorld();
    receiver.answer = answering({ status: 500 });
    for (const one of messages(5)) await deliverRecords(world, records(one));
    const { endpoint_id } = anEndpoint();
    expect(lines).toMatchObject([{ level: "warn", message: "circuit opened", endpoint_id }, { CircuitsOpened: 1 }]);
  });

  it("is not told of where it only failed", async () => {
    const { world, receiver, messages } = await aDeliveryWorld();
    receiver.answer = answering({ status: 500 });
    await deliverRecords(world, records(...messages(3)));
    expect(lines).toEqual([]);
  });
});

it("a delivery that was given up is in the function's own log where the audit log does not take its line", async () => {
  const { world, receiver } = await aDeliveryWorld();
  receiver.answer = answering({ status: 410 });
  const put = async () => {
    throw new Error("away");
  };
  const [result] = await deliverInto(world, records(message), { put });
  expect(result?.status).toBe("fulfilled");
  const { delivery_id } = message;
  expect(lines.slice(-2)).toMatchObject([
    { message: "audit lines not written", lines: [{ delivery_id }], error_message: "away" },
    { AuditLinesLost: 1 },
  ]);
});

it("a log that hangs holds a batch up for its limit alone, and the lines that it lost are counted", async () => {
  const { world, receiver } = await aDeliveryWorld();
  receiver.answer = answering({ status: 410 });
  const waited: number[] = [];
  const hanging = { put: () => new Promise<void>(() => {}) };
  const bounded = boundedAuditLog(hanging, 4_000, async (milliseconds) => void waited.push(milliseconds));
  const results = await deliverInto(world, records(message), bounded);
  expect(results).toEqual([{ status: "fulfilled", value: "DeliveriesGivenUp" }]);
  expect(waited).toEqual([4_000]);
  expect(lines.slice(-2)).toMatchObject([
    { message: "audit lines not written", lines: [{ delivery_id: message.delivery_id }] },
    { AuditLinesLost: 1 },
  ]);
});

it("a delivery that is deferred is logged with the reason", async () => {
  const { world, health } = await aDeliveryWorld();
  vi.spyOn(health, "lease").mockRejectedValueOnce(busy());
  await deliverRecords(world, records(message));
  const { delivery_id } = message;
  expect(lines).toMatchObject([{ level: "warn", message: "delivery deferred", delivery_id, error_message: "busy" }]);
});

it("a message of an endpoint that is not known as fast counts as moved", async () => {
  const { world, received } = await aDeliveryWorld();
  const slowLane = { send: async () => [] };
  const results = await deliverRecords({ ...world, slowLane }, records(message));
  expect(results).toEqual([{ status: "fulfilled", value: "DeliveriesMoved" }]);
  expect(received).toEqual([]);
});

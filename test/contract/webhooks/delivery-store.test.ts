import { beforeAll, describe, expect, it } from "vitest";
import type { Delivery, DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import {
  aDeliveryAttempt,
  aDeliveryQuery,
  aFreshMessage,
  afterAttempt,
  claimedDelivery,
  secondsLater,
} from "#test/support/webhooks/delivery-builders.ts";
import {
  createDynamodbStores,
  createMemoryStores,
  createWebhookTables,
  type WebhookStores,
} from "#test/support/webhooks/webhook-stores.ts";

let real: WebhookStores;
beforeAll(async () => {
  real = createDynamodbStores(await createWebhookTables());
});
const memory = createMemoryStores();

const leaseSeconds = 60;

describe.each([
  ["DynamoDB", () => real],
  ["memory", () => memory],
])("delivery store in %s", (_, stores) => {
  const claim = (message: DeliveryMessage, second = 0) =>
    stores().deliveries.claim(message, secondsLater(second), leaseSeconds);
  const listed = async (message: DeliveryMessage, status: Delivery["status"]) => {
    const { deliveries } = await stores().deliveries.page(aDeliveryQuery(message.endpoint_id, { status }));
    return deliveries.map(({ delivery_id }) => delivery_id);
  };

  it("claim creates a delivery and counts the attempt", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const { started_at: _, parked: deferrals, urgent, resend, ...identity } = message;
    expect([deferrals, urgent, resend]).toEqual([0, false, false]);
    const expected: Delivery = {
      ...identity,
      status: "pending",
      reason: null,
      attempts: 1,
      created_at: secondsLater(0).toISOString(),
      last_attempt_at: null,
      last_status: null,
      last_error: null,
      last_duration_ms: null,
      next_attempt_at: null,
    };
    expect(await claim(message)).toEqual({ kind: "claimed", delivery: expected });
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(expected);
    expect(await deliveries.get("wh_other", message.delivery_id)).toBeNull();
  });

  it("claim keeps the sequence of the first message, even if that did not know it", async () => {
    const message = aFreshMessage({ sequence: null, sealed_at: null });
    await claim(message);
    const later = { ...message, cycle: 5, sequence: 7, sealed_at: secondsLater(1).toISOString() };
    const { sequence, sealed_at } = claimedDelivery(await claim(later, leaseSeconds));
    expect([sequence, sealed_at]).toEqual([null, null]);
  });

  it("claim creates a delivery without an event for a test", async () => {
    const message = aFreshMessage({ event: null });
    expect(claimedDelivery(await claim(message)).event).toBeNull();
  });

  it.each([
    ["first", {}],
    ["later", { step: 2 }],
    ["replayed", { cycle: 5 }],
  ])("claim is granted to one of several concurrent callers for a %s attempt", async (_, over) => {
    const message = aFreshMessage(over);
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(message)));
    expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    const until = secondsLater(leaseSeconds).toISOString();
    expect(claims.filter(({ kind }) => kind !== "claimed")).toEqual(Array(9).fill({ kind: "busy", until }));
  });

  it("claim of a crashed worker is granted again after its expiry, and the delivery is then listed", async () => {
    const message = aFreshMessage();
    await claim(message);
    expect(await claim(message, leaseSeconds - 1)).toEqual({
      kind: "busy",
      until: secondsLater(leaseSeconds).toISOString(),
    });
    expect(await listed(message, "pending")).toEqual([]);
    expect(claimedDelivery(await claim(message, leaseSeconds))).toMatchObject({
      attempts: 2,
      created_at: secondsLater(0).toISOString(),
    });
    expect(await listed(message, "pending")).toEqual([message.delivery_id]);
  });

  it("record of a success settles the delivery and removes it from the lists of pending and failed ones", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const done = afterAttempt(claimedDelivery(await claim(message)), "succeeded");
    await deliveries.record(done, aDeliveryAttempt(1));
    expect(await claim(message, 1)).toEqual({ kind: "settled" });
    expect(await claim({ ...message, step: 5 }, 1)).toEqual({ kind: "settled" });
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(done);
    for (const status of ["pending", "failed"] as const) expect(await listed(message, status)).toEqual([]);
    expect(await listed(message, "succeeded")).toEqual([message.delivery_id]);
  });

  it("claim is granted for the next step, and messages of earlier steps are settled", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    await deliveries.record(afterAttempt(claimedDelivery(await claim(message)), "pending"), aDeliveryAttempt(1));
    expect(await listed(message, "pending")).toEqual([message.delivery_id]);
    expect(await claim(message, 1)).toEqual({ kind: "settled" });
    const second = claimedDelivery(await claim({ ...message, step: 1 }, 1));
    expect(second).toMatchObject({
      attempts: 2,
      step: 1,
      last_status: 500,
      next_attempt_at: secondsLater(300).toISOString(),
    });
    await deliveries.record(afterAttempt(second, "failed", { reason: "endpoint_gone" }), aDeliveryAttempt(2));
    expect(await claim({ ...message, step: 2 }, 2)).toEqual({ kind: "settled" });
    expect(await listed(message, "pending")).toEqual([]);
    expect(await listed(message, "failed")).toEqual([message.delivery_id]);
    expect((await deliveries.attempts(message.endpoint_id, message.delivery_id)).map(({ number }) => number)).toEqual([
      1, 2,
    ]);
  });

  it("claim of the next step is refused while another worker holds the delivery, then granted", async () => {
    const message = aFreshMessage();
    await claim(message);
    const next = { ...message, step: 1 };
    expect(await claim(next, 5)).toEqual({ kind: "busy", until: secondsLater(leaseSeconds).toISOString() });
    expect(claimedDelivery(await claim(next, leaseSeconds))).toMatchObject({ step: 1, attempts: 2 });
    expect(await claim(message, 200)).toEqual({ kind: "settled" });
  });

  it.each(["failed", "succeeded"] as const)(
    "claim of a later cycle restarts a delivery that %s, and one of an earlier cycle is settled",
    async (end) => {
      const { deliveries } = stores();
      const message = aFreshMessage({ cycle: 100, resend: end === "succeeded" });
      await deliveries.record(afterAttempt(claimedDelivery(await claim(message)), end), aDeliveryAttempt(1));
      expect(await claim({ ...message, cycle: 99, step: 7 }, 1)).toEqual({ kind: "settled" });
      const again = claimedDelivery(await claim({ ...message, cycle: 101 }, 1));
      expect(again).toMatchObject({ cycle: 101, step: 0, status: "pending", reason: null, attempts: 2 });
      expect(await listed(message, "pending")).toEqual([message.delivery_id]);
      expect(await listed(message, "failed")).toEqual([]);
      await deliveries.record(afterAttempt(again, "succeeded"), aDeliveryAttempt(2));
      expect(await listed(message, "pending")).toEqual([]);
    },
  );

  it("claim of a later cycle does not restart a succeeded delivery without `resend`", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const done = afterAttempt(claimedDelivery(await claim(message)), "succeeded");
    await deliveries.record(done, aDeliveryAttempt(1));
    expect(await claim({ ...message, cycle: 7 }, 1)).toEqual({ kind: "settled" });
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(done);
  });

  it("claim of a later cycle is refused until the claim of another worker expires", async () => {
    const message = aFreshMessage();
    await claim(message);
    expect(await claim({ ...message, cycle: 7 }, 1)).toMatchObject({ kind: "busy" });
    expect(await claim({ ...message, cycle: 7 }, leaseSeconds)).toMatchObject({ kind: "claimed" });
  });

  describe("record after another worker took over", () => {
    const race = async (message: DeliveryMessage, later: DeliveryMessage) => {
      const slow = claimedDelivery(await claim(message));
      const quick = claimedDelivery(await claim(later, leaseSeconds));
      return { slow, quick };
    };
    const get = ({ endpoint_id, delivery_id }: DeliveryMessage) => stores().deliveries.get(endpoint_id, delivery_id);

    it.each(["succeeded", "failed"] as const)("keeps only the attempt when a later cycle began: %s", async (status) => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, { ...message, cycle: 9 });
      await deliveries.record(afterAttempt(slow, status), aDeliveryAttempt(1));
      expect(await get(message)).toEqual(quick);
      expect(await claim({ ...message, cycle: 9 }, leaseSeconds + 1)).toMatchObject({ kind: "busy" });
      expect(await deliveries.attempts(message.endpoint_id, message.delivery_id)).toEqual([aDeliveryAttempt(1)]);
    });

    it("keeps the success of the same cycle when a failure is recorded late", async () => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, message);
      await deliveries.record(afterAttempt(quick, "succeeded"), aDeliveryAttempt(2));
      await deliveries.record(afterAttempt(slow, "pending"), aDeliveryAttempt(1));
      expect(await get(message)).toEqual(afterAttempt(quick, "succeeded"));
      expect(await listed(message, "pending")).toEqual([]);
    });

    it("keeps a success that is recorded late, and does not decrease the attempts", async () => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, message);
      await deliveries.record(afterAttempt(quick, "pending"), aDeliveryAttempt(2));
      await deliveries.record(afterAttempt(slow, "succeeded"), aDeliveryAttempt(1));
      expect(await get(message)).toMatchObject({ status: "succeeded", attempts: 2 });
      expect(await claim({ ...message, step: 1 }, 500)).toEqual({ kind: "settled" });
      expect(await listed(message, "pending")).toEqual([]);
    });

    it("keeps the claim of the other worker when a failure is recorded late", async () => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, message);
      await deliveries.record(afterAttempt(slow, "pending"), aDeliveryAttempt(1));
      expect(await get(message)).toEqual(quick);
      expect(await claim({ ...message, step: 1 }, leaseSeconds + 1)).toMatchObject({ kind: "busy" });
    });
  });

  it("record without an attempt fails a delivery of which nothing was sent", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const claimed = claimedDelivery(await claim(message));
    const gone: Delivery = { ...claimed, status: "failed", reason: "endpoint_deleted", attempts: 0 };
    await deliveries.record(gone, null);
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(gone);
    expect(await deliveries.attempts(message.endpoint_id, message.delivery_id)).toEqual([]);
    expect(await listed(message, "failed")).toEqual([message.delivery_id]);
  });

  it("record does not create an unknown delivery", async () => {
    const { deliveries } = stores();
    const known = aFreshMessage();
    const unknown = aFreshMessage();
    const delivery = { ...claimedDelivery(await claim(known)), endpoint_id: unknown.endpoint_id };
    await deliveries.record(afterAttempt(delivery, "succeeded"), null);
    await deliveries.record(afterAttempt(delivery, "failed"), null);
    expect(await deliveries.get(unknown.endpoint_id, known.delivery_id)).toBeNull();
  });

  it("recordScheduled lists a delivery before its first attempt, which is then claimed as usual", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    await deliveries.recordScheduled(message, secondsLater(0), secondsLater(90).toISOString());
    expect(await listed(message, "pending")).toEqual([message.delivery_id]);
    const waiting = await deliveries.get(message.endpoint_id, message.delivery_id);
    expect(waiting).toMatchObject({ attempts: 0, status: "pending", next_attempt_at: secondsLater(90).toISOString() });
    await deliveries.recordScheduled(message, secondsLater(5), secondsLater(95).toISOString());
    const later = { ...waiting, next_attempt_at: secondsLater(95).toISOString() };
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(later);
    await deliveries.recordScheduled({ ...message, step: 1 }, secondsLater(5), secondsLater(99).toISOString());
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(later);
    const first = claimedDelivery(await claim(message, 90));
    expect(first).toMatchObject({ attempts: 1, created_at: secondsLater(0).toISOString() });
    await deliveries.record(afterAttempt(first, "succeeded"), aDeliveryAttempt(1));
    expect(await listed(message, "pending")).toEqual([]);
    await deliveries.recordScheduled({ ...message, cycle: 9 }, secondsLater(99), secondsLater(100).toISOString());
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(afterAttempt(first, "succeeded"));
  });

  it("create returns true once, then false without a change", async () => {
    const { deliveries } = stores();
    const fresh = aFreshMessage();
    const claimed = aFreshMessage();
    const create = (message: DeliveryMessage, seconds: number) =>
      deliveries.create(message, secondsLater(seconds), secondsLater(90).toISOString());
    expect([await create(fresh, 0), await create(fresh, 5)]).toEqual([true, false]);
    const { created_at } = (await deliveries.get(fresh.endpoint_id, fresh.delivery_id)) ?? {};
    expect(created_at).toBe(secondsLater(0).toISOString());
    const first = claimedDelivery(await claim(claimed));
    expect(await create(claimed, 1)).toBe(false);
    expect(await deliveries.get(claimed.endpoint_id, claimed.delivery_id)).toEqual(first);
  });

  it("attempts returns each attempt as it was recorded, headers in order, oldest first", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const delivery = claimedDelivery(await claim(message));
    const attempts = [
      aDeliveryAttempt(1, { status: null, error: "connect_timeout", message: "No response.", headers: {}, body: "" }),
      ...Array.from({ length: 11 }, (_, n) =>
        aDeliveryAttempt(n + 2, { body: "x".repeat(4_096), body_truncated: true }),
      ),
    ];
    for (const attempt of attempts) await deliveries.record(afterAttempt(delivery, "pending"), attempt);
    const kept = await deliveries.attempts(message.endpoint_id, message.delivery_id);
    expect(kept).toEqual(attempts);
    expect(Object.keys(kept[1]?.headers ?? {})).toEqual(["content-type", "x-b", "x-a"]);
    expect(await deliveries.attempts(message.endpoint_id, aFreshMessage().delivery_id)).toEqual([]);
  });

  it("statuses returns the status of each delivery that exists, for hundreds of ids with repetitions", async () => {
    const { deliveries } = stores();
    const { endpoint_id } = aFreshMessage();
    const messages = Array.from({ length: 230 }, () => aFreshMessage({ endpoint_id }));
    await Promise.all(messages.map((message) => claim(message)));
    const ids = messages.map(({ delivery_id }) => delivery_id);
    const unknown = aFreshMessage().delivery_id;
    const statuses = await deliveries.statuses(endpoint_id, [...ids, ...ids, unknown]);
    expect(statuses).toEqual(new Map(ids.map((id) => [id, "pending"])));
    expect(await deliveries.statuses(endpoint_id, [])).toEqual(new Map());
    expect(await deliveries.statuses("wh_other", ids)).toEqual(new Map());
  });
});

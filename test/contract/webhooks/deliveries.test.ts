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
])("deliveries in %s", (_, stores) => {
  const claim = (message: DeliveryMessage, second = 0) =>
    stores().deliveries.claim(message, secondsLater(second), leaseSeconds);
  const listed = async (message: DeliveryMessage, status: Delivery["status"]) => {
    const { deliveries } = await stores().deliveries.page(aDeliveryQuery(message.endpoint_id, { status }));
    return deliveries.map(({ delivery_id }) => delivery_id);
  };

  it("begin with the first claim, which counts the attempt", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const { started_at: _, parked, urgent, resend, ...identity } = message;
    expect([parked, urgent, resend]).toEqual([0, false, false]);
    const begun: Delivery = {
      ...identity,
      status: "pending",
      reason: null,
      attempts: 1,
      created_at: secondsLater(0).toISOString(),
      last_attempt_at: null,
      last_status: null,
      last_error: null,
      next_attempt_at: null,
    };
    expect(await claim(message)).toEqual({ kind: "claimed", delivery: begun });
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(begun);
    expect(await deliveries.get("wh_other", message.delivery_id)).toBeNull();
  });

  it("of a test have no event", async () => {
    const message = aFreshMessage({ event: null });
    expect(claimedDelivery(await claim(message)).event).toBeNull();
  });

  it.each([
    ["first", {}],
    ["later", { step: 2 }],
    ["replayed", { cycle: 5 }],
  ])("grants a claim to one of many concurrent callers: a %s attempt", async (_, over) => {
    const message = aFreshMessage(over);
    const claims = await Promise.all(Array.from({ length: 10 }, () => claim(message)));
    expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    const until = secondsLater(leaseSeconds).toISOString();
    expect(claims.filter(({ kind }) => kind !== "claimed")).toEqual(Array(9).fill({ kind: "busy", until }));
  });

  it("grants the claim of a crashed worker again after its expiry, and lists the delivery", async () => {
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

  it("that succeeded are settled, and in no list of what is not delivered", async () => {
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

  it("go on with the next step only, and settle messages of those before", async () => {
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

  it("is refused while another worker holds it, then succeeds for the next attempt", async () => {
    const message = aFreshMessage();
    await claim(message);
    const next = { ...message, step: 1 };
    expect(await claim(next, 5)).toEqual({ kind: "busy", until: secondsLater(leaseSeconds).toISOString() });
    expect(claimedDelivery(await claim(next, leaseSeconds))).toMatchObject({ step: 1, attempts: 2 });
    expect(await claim(message, 200)).toEqual({ kind: "settled" });
  });

  it.each(["failed", "succeeded"] as const)("that %s begin anew with a later cycle, never an earlier", async (end) => {
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
  });

  it("that succeeded do not begin anew for who wants only what has not", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const done = afterAttempt(claimedDelivery(await claim(message)), "succeeded");
    await deliveries.record(done, aDeliveryAttempt(1));
    expect(await claim({ ...message, cycle: 7 }, 1)).toEqual({ kind: "settled" });
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(done);
  });

  it("are begun anew only when who holds them is done", async () => {
    const message = aFreshMessage();
    await claim(message);
    expect(await claim({ ...message, cycle: 7 }, 1)).toMatchObject({ kind: "busy" });
    expect(await claim({ ...message, cycle: 7 }, leaseSeconds)).toMatchObject({ kind: "claimed" });
  });

  describe("recorded late", () => {
    const race = async (message: DeliveryMessage, later: DeliveryMessage) => {
      const slow = claimedDelivery(await claim(message));
      const quick = claimedDelivery(await claim(later, leaseSeconds));
      return { slow, quick };
    };
    const get = ({ endpoint_id, delivery_id }: DeliveryMessage) => stores().deliveries.get(endpoint_id, delivery_id);

    it.each(["succeeded", "failed"] as const)("after a later cycle began keep the attempt only: %s", async (status) => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, { ...message, cycle: 9 });
      await deliveries.record(afterAttempt(slow, status), aDeliveryAttempt(1));
      expect(await get(message)).toEqual(quick);
      expect(await claim({ ...message, cycle: 9 }, leaseSeconds + 1)).toMatchObject({ kind: "busy" });
      expect(await deliveries.attempts(message.endpoint_id, message.delivery_id)).toEqual([aDeliveryAttempt(1)]);
    });

    it("as a failure do not undo a success of the same cycle", async () => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, message);
      await deliveries.record(afterAttempt(quick, "succeeded"), aDeliveryAttempt(2));
      await deliveries.record(afterAttempt(slow, "pending"), aDeliveryAttempt(1));
      expect(await get(message)).toEqual(afterAttempt(quick, "succeeded"));
      expect(await listed(message, "pending")).toEqual([]);
    });

    it("as a success hold, whatever was recorded of the same cycle, and count no attempt back", async () => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, message);
      await deliveries.record(afterAttempt(quick, "pending"), aDeliveryAttempt(2));
      await deliveries.record(afterAttempt(slow, "succeeded"), aDeliveryAttempt(1));
      expect(await get(message)).toMatchObject({ status: "succeeded", attempts: 2 });
      expect(await claim({ ...message, step: 1 }, 500)).toEqual({ kind: "settled" });
      expect(await listed(message, "pending")).toEqual([]);
    });

    it("as a failure leave the hold of who has taken over", async () => {
      const { deliveries } = stores();
      const message = aFreshMessage();
      const { slow, quick } = await race(message, message);
      await deliveries.record(afterAttempt(slow, "pending"), aDeliveryAttempt(1));
      expect(await get(message)).toEqual(quick);
      expect(await claim({ ...message, step: 1 }, leaseSeconds + 1)).toMatchObject({ kind: "busy" });
    });
  });

  it("of which nothing was sent are given up without an attempt", async () => {
    const { deliveries } = stores();
    const message = aFreshMessage();
    const given = claimedDelivery(await claim(message));
    const gone: Delivery = { ...given, status: "failed", reason: "endpoint_deleted", attempts: 0 };
    await deliveries.record(gone, null);
    expect(await deliveries.get(message.endpoint_id, message.delivery_id)).toEqual(gone);
    expect(await deliveries.attempts(message.endpoint_id, message.delivery_id)).toEqual([]);
    expect(await listed(message, "failed")).toEqual([message.delivery_id]);
  });

  it("record creates no delivery that does not exist", async () => {
    const { deliveries } = stores();
    const [known, unknown] = [aFreshMessage(), aFreshMessage()];
    const delivery = { ...claimedDelivery(await claim(known)), endpoint_id: unknown.endpoint_id };
    await deliveries.record(afterAttempt(delivery, "succeeded"), null);
    await deliveries.record(afterAttempt(delivery, "failed"), null);
    expect(await deliveries.get(unknown.endpoint_id, known.delivery_id)).toBeNull();
  });

  it("that wait for their first attempt are listed when announced, and claimed as any other", async () => {
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

  it("create succeeds once, and then returns false without a change", async () => {
    const { deliveries } = stores();
    const [fresh, claimed] = [aFreshMessage(), aFreshMessage()];
    const create = (message: DeliveryMessage, seconds: number) =>
      deliveries.create(message, secondsLater(seconds), secondsLater(90).toISOString());
    expect([await create(fresh, 0), await create(fresh, 5)]).toEqual([true, false]);
    const { created_at } = (await deliveries.get(fresh.endpoint_id, fresh.delivery_id)) ?? {};
    expect(created_at).toBe(secondsLater(0).toISOString());
    const first = claimedDelivery(await claim(claimed));
    expect(await create(claimed, 1)).toBe(false);
    expect(await deliveries.get(claimed.endpoint_id, claimed.delivery_id)).toEqual(first);
  });

  it("keep each attempt as it was, headers in order, and give the oldest first", async () => {
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

  it("tell the status of each that there is, of hundreds, asked twice or not", async () => {
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

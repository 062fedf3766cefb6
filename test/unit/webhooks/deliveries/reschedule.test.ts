import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { giveUp, waitForCircuit, waitForSlot } from "#shared/webhooks/deliveries/reschedule.ts";
import { patienceMs } from "#shared/webhooks/deliveries/retry-policy.ts";
import { schedule } from "#shared/webhooks/deliveries/schedule.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";
import { aDeliveryWorld } from "#test/support/delivery-ports.ts";

const message = aDeliveryMessage();
const now = testNow.getTime();
const inSeconds = (seconds: number) => new Date(now + seconds * 1_000).toISOString();

describe("a wait", () => {
  it.each([
    { after: -5, by: "queue", seconds: 0 },
    { after: 0, by: "queue", seconds: 0 },
    { after: 0.001, by: "queue", seconds: 1 },
    { after: 899.2, by: "queue", seconds: 900 },
    { after: 900, by: "queue", seconds: 900 },
    { after: 900.001, by: "table", seconds: 900.001 },
    { after: 901, by: "table", seconds: 901 },
    { after: 43_200, by: "table", seconds: 43_200 },
  ])("of $after s goes by way of the $by", async ({ after, by, seconds }) => {
    const { world, scheduled } = await aDeliveryWorld();
    await schedule(world, message, new Date(now + after * 1_000));
    expect(scheduled).toMatchObject([{ message, by, seconds }]);
  });
});

describe("a message that waits for a slot", () => {
  /** The pause of one that has waited for so long already; all in seconds. */
  const pauseOf = async (age: number, random: number) => {
    const { world, scheduled, later } = await aDeliveryWorld();
    await later(age);
    expect(await waitForSlot({ ...world, random: () => random }, message, null)).toBe("parked");
    const [next] = scheduled;
    expect(next?.message).toEqual(message);
    return next?.seconds;
  };

  it.each([
    [0, 1],
    [2, 1],
    [10, 5],
    [60, 30],
    [600, 300],
    [86_400, 300],
  ])(
    "waits for half as long again, for a second at least and five minutes at most: after %d s for %d s",
    async (age, pause) => {
      expect(await pauseOf(age, 1)).toBe(pause);
    },
  );

  it("waits between half of that and all of it", async () => {
    const cases = fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(cases, async ([age, random]) => {
        const full = Math.min(Math.max(age / 2, 1), 300);
        const pause = await pauseOf(age, random);
        expect(pause).toBeGreaterThanOrEqual(full / 2);
        expect(pause).toBeLessThanOrEqual(Math.ceil(full));
      }),
    );
  });

  it("waits from the end of a pause where the endpoint asked for one", async () => {
    const { world, scheduled } = await aDeliveryWorld();
    await waitForSlot({ ...world, random: () => 1 }, message, now + 30_000);
    expect(scheduled).toMatchObject([{ message, by: "queue", seconds: 31 }]);
  });

  it("is listed where it waits for more than a minute, and only then", async () => {
    const { world, deliveryOf, later } = await aDeliveryWorld();
    const inFull = { ...world, random: () => 1 };
    await later(120);
    await waitForSlot(inFull, message, null);
    expect(await deliveryOf(message)).toBeNull();
    await later(8);
    await waitForSlot(inFull, message, null);
    expect(await deliveryOf(message)).toMatchObject({
      status: "pending",
      attempts: 0,
      next_attempt_at: inSeconds(128 + 64),
    });
  });

  it("is then attempted like any other", async () => {
    const { world, deliver, deliveryOf, scheduled, later } = await aDeliveryWorld();
    await later(600);
    await waitForSlot(world, message, null);
    expect(await deliver(...scheduled.map((next) => next.message))).toEqual(["succeeded"]);
    expect(await deliveryOf(message)).toMatchObject({ status: "succeeded", attempts: 1, next_attempt_at: null });
  });

  it("is given up an hour after its time is over, and counts no attempt", async () => {
    const { world, scheduled, later, deliveryOf } = await aDeliveryWorld();
    await later(patienceMs / 1_000 + 3_600);
    expect(await waitForSlot(world, message, null)).toBe("parked");
    await later(1);
    expect(await waitForSlot(world, message, null)).toBe("given_up");
    expect(scheduled).toHaveLength(1);
    expect(await deliveryOf(message)).toMatchObject({ status: "failed", reason: "exhausted", attempts: 0 });
  });
});

describe("a message that waits for the circuit", () => {
  it.each([
    { parked: 0, open: 3, by: "queue", seconds: 5 },
    { parked: 0, open: 30, by: "queue", seconds: 30 },
    { parked: 1, open: 30, by: "queue", seconds: 300 },
    { parked: 2, open: 30, by: "table", seconds: 1_800 },
    { parked: 8, open: 300, by: "table", seconds: 43_200 },
  ])("waits as after $parked failures, and at least until it closes: $seconds s", async ({ parked, open, ...wait }) => {
    const { world, scheduled } = await aDeliveryWorld();
    expect(await waitForCircuit(world, { ...message, parked }, now + open * 1_000)).toBe("parked");
    expect(scheduled).toMatchObject([{ message: { ...message, parked: parked + 1 }, ...wait }]);
  });

  it("keeps its attempts and its cycle", async () => {
    const { world, scheduled } = await aDeliveryWorld();
    const third = { ...message, step: 2, cycle: 7 };
    await waitForCircuit(world, third, now + 30_000);
    expect(scheduled[0]?.message).toEqual({ ...third, parked: 1 });
  });

  it("is attempted when its time is up, and not later", async () => {
    const { world, scheduled, later } = await aDeliveryWorld();
    await later(patienceMs / 1_000 - 60);
    await waitForCircuit(world, { ...message, parked: 9 }, now + patienceMs);
    expect(scheduled).toMatchObject([{ by: "queue", seconds: 60 }]);
  });

  it("is given up when its time is over, and counts no attempt", async () => {
    const { world, scheduled, later, deliveryOf } = await aDeliveryWorld();
    await later(patienceMs / 1_000);
    expect(await waitForCircuit(world, message, now + patienceMs + 30_000)).toBe("given_up");
    expect(scheduled).toEqual([]);
    expect(await deliveryOf(message)).toMatchObject({ status: "failed", reason: "exhausted", attempts: 0 });
  });
});

describe("giving up", () => {
  it("waits for the attempt that is being made", async () => {
    const { world, deliveries, deliveryOf, scheduled } = await aDeliveryWorld();
    await deliveries.claim(message, testNow, 60);
    expect(await giveUp(world, message, "endpoint_deleted")).toBe("parked");
    expect(scheduled).toMatchObject([{ message, seconds: 60 }]);
    expect((await deliveryOf(message))?.status).toBe("pending");
  });

  it("happens once", async () => {
    const { world, deliveryOf } = await aDeliveryWorld();
    expect(await giveUp(world, message, "endpoint_deleted")).toBe("given_up");
    expect(await giveUp(world, message, "endpoint_disabled")).toBe("dropped");
    expect((await deliveryOf(message))?.reason).toBe("endpoint_deleted");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { giveUp, rescheduleForCircuit, rescheduleForLimit, schedule } from "#shared/webhooks/deliveries/reschedule.ts";
import { retryWindowMs } from "#shared/webhooks/delivery-lifetime.ts";
import { aDeliveryMessage, testNow } from "#test/support/builders.ts";
import { deliveryFixture } from "#test/support/webhooks/delivery-fixture.ts";

const message = aDeliveryMessage();
const now = testNow.getTime();
const inSeconds = (seconds: number) => new Date(now + seconds * 1_000).toISOString();

describe("schedule", () => {
  it.each([
    { after: -5, by: "queue", seconds: 0 },
    { after: 0, by: "queue", seconds: 0 },
    { after: 0.001, by: "queue", seconds: 1 },
    { after: 899.2, by: "queue", seconds: 900 },
    { after: 900, by: "queue", seconds: 900 },
    { after: 900.001, by: "table", seconds: 900.001 },
    { after: 901, by: "table", seconds: 901 },
    { after: 43_200, by: "table", seconds: 43_200 },
  ])("delays by $after s with the $by", async ({ after, by, seconds }) => {
    const { ports, scheduled } = await deliveryFixture();
    await schedule(ports, message, new Date(now + after * 1_000));
    expect(scheduled).toMatchObject([{ message, by, seconds }]);
  });
});

describe("rescheduleForLimit", () => {
  /** Returns the pause of a message that has already waited for `age`, both in seconds. */
  const pauseOf = async (age: number, random: number) => {
    const { ports, scheduled, advance: later } = await deliveryFixture();
    await later(age);
    expect(await rescheduleForLimit({ ...ports, random: () => random }, message, null)).toBe("rescheduled");
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
    "pauses for half of the time waited so far, but one second to five minutes: %d s, then %d s",
    async (age, pause) => {
      expect(await pauseOf(age, 1)).toBe(pause);
    },
  );

  it("delays by between half of the pause and all of it", async () => {
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

  it("delays from the end of a pause that the endpoint requested", async () => {
    const { ports, scheduled } = await deliveryFixture();
    await rescheduleForLimit({ ...ports, random: () => 1 }, message, now + 30_000);
    expect(scheduled).toMatchObject([{ message, by: "queue", seconds: 31 }]);
  });

  it("records the delivery only when the delay is over a minute", async () => {
    const { ports, deliveryOf, advance: later } = await deliveryFixture();
    const withFullPause = { ...ports, random: () => 1 };
    await later(120);
    await rescheduleForLimit(withFullPause, message, null);
    expect(await deliveryOf(message)).toBeNull();
    await later(8);
    await rescheduleForLimit(withFullPause, message, null);
    expect(await deliveryOf(message)).toMatchObject({
      status: "pending",
      attempts: 0,
      next_attempt_at: inSeconds(128 + 64),
    });
  });

  it("keeps the message deliverable", async () => {
    const { ports, deliver, deliveryOf, scheduled, advance: later } = await deliveryFixture();
    await later(600);
    await rescheduleForLimit(ports, message, null);
    expect(await deliver(...scheduled.map((next) => next.message))).toEqual(["succeeded"]);
    expect(await deliveryOf(message)).toMatchObject({ status: "succeeded", attempts: 1, next_attempt_at: null });
  });

  it("fails the delivery an hour after its retry window, without an attempt", async () => {
    const { ports, scheduled, advance: later, deliveryOf } = await deliveryFixture();
    await later(retryWindowMs / 1_000 + 3_600);
    expect(await rescheduleForLimit(ports, message, null)).toBe("rescheduled");
    await later(1);
    expect(await rescheduleForLimit(ports, message, null)).toBe("given_up");
    expect(scheduled).toHaveLength(1);
    expect(await deliveryOf(message)).toMatchObject({ status: "failed", reason: "exhausted", attempts: 0 });
  });
});

describe("rescheduleForCircuit", () => {
  it.each([
    { deferrals: 0, openSeconds: 3, by: "queue", seconds: 5 },
    { deferrals: 0, openSeconds: 30, by: "queue", seconds: 30 },
    { deferrals: 1, openSeconds: 30, by: "queue", seconds: 300 },
    { deferrals: 2, openSeconds: 30, by: "table", seconds: 1_800 },
    { deferrals: 8, openSeconds: 300, by: "table", seconds: 43_200 },
  ])(
    "delays as after $deferrals failures, and at least until the circuit closes: $seconds s",
    async ({ deferrals, openSeconds, ...wait }) => {
      const { ports, scheduled } = await deliveryFixture();
      expect(await rescheduleForCircuit(ports, { ...message, parked: deferrals }, now + openSeconds * 1_000)).toBe(
        "rescheduled",
      );
      expect(scheduled).toMatchObject([{ message: { ...message, parked: deferrals + 1 }, ...wait }]);
    },
  );

  it("keeps the attempts and the cycle", async () => {
    const { ports, scheduled } = await deliveryFixture();
    const third = { ...message, step: 2, cycle: 7 };
    await rescheduleForCircuit(ports, third, now + 30_000);
    expect(scheduled[0]?.message).toEqual({ ...third, parked: 1 });
  });

  it("schedules the last attempt at the end of the retry window", async () => {
    const { ports, scheduled, advance: later } = await deliveryFixture();
    await later(retryWindowMs / 1_000 - 60);
    await rescheduleForCircuit(ports, { ...message, parked: 9 }, now + retryWindowMs);
    expect(scheduled).toMatchObject([{ by: "queue", seconds: 60 }]);
  });

  it("fails the delivery after its retry window, without an attempt", async () => {
    const { ports, scheduled, advance: later, deliveryOf } = await deliveryFixture();
    await later(retryWindowMs / 1_000);
    expect(await rescheduleForCircuit(ports, message, now + retryWindowMs + 30_000)).toBe("given_up");
    expect(scheduled).toEqual([]);
    expect(await deliveryOf(message)).toMatchObject({ status: "failed", reason: "exhausted", attempts: 0 });
  });
});

describe("giveUp", () => {
  it("reschedules the message while another worker holds the claim", async () => {
    const { ports, deliveries, deliveryOf, scheduled } = await deliveryFixture();
    await deliveries.claim(message, testNow, 60);
    expect(await giveUp(ports, message, "endpoint_deleted")).toBe("rescheduled");
    expect(scheduled).toMatchObject([{ message, seconds: 60 }]);
    expect((await deliveryOf(message))?.status).toBe("pending");
  });

  it("fails a delivery only once", async () => {
    const { ports, deliveryOf } = await deliveryFixture();
    expect(await giveUp(ports, message, "endpoint_deleted")).toBe("given_up");
    expect(await giveUp(ports, message, "endpoint_disabled")).toBe("dropped");
    expect((await deliveryOf(message))?.reason).toBe("endpoint_deleted");
  });
});

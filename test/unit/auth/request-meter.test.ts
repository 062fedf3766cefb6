import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { carryOver, rateLimit, windowEnd, windowStart } from "#shared/auth/rate-limit.ts";
import { readCost, toRequestCount } from "#shared/auth/rate-limit-cost.ts";
import { RequestMeter, type RequestMeterPorts } from "#shared/auth/request-meter.ts";
import { ActivityError } from "#shared/errors.ts";
import { testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const held = { slot: 2, until: testNow.getTime() + readCost.leaseMs };
const noLease = new ActivityError("rate_limited", "All leases are taken.", { retryAfter: 2 });

function metering({ admitted = Promise.resolve() }: { admitted?: Promise<unknown> } = {}) {
  const clock = { now: testNow };
  const lease = vi.fn<RequestMeterPorts["acquireLease"]>(async () => held);
  const isLeaseless = vi.fn<RequestMeterPorts["hasNoLeaseLeft"]>(() => false);
  const meter = new RequestMeter({ admitted, acquireLease: lease, hasNoLeaseLeft: isLeaseless, now: () => clock.now });
  const read = async (units: number) => {
    await meter.next();
    meter.add(units);
  };
  return { clock, lease, isLeaseless, meter, read };
}

describe("toRequestCount", () => {
  it("is one up to a page of 500 ordinary events", () => {
    const ordinary = Math.ceil((500 * 950) / 4_096) / 2;
    expect(ordinary).toBeLessThanOrEqual(readCost.plainUnits);
    expect(toRequestCount(0)).toBe(1);
    expect(toRequestCount(readCost.plainUnits)).toBe(1);
    expect(toRequestCount(readCost.plainUnits + 0.5)).toBe(2);
  });

  it("allows only a handful of searches through 25,000 events per minute", () => {
    const search = (25_000 * 950) / 4_096 / 2;
    const inMinute = Math.floor(rateLimit.requests / toRequestCount(search));
    expect([toRequestCount(search), inMinute]).toEqual([88, 6]);
  });

  it("(property) grows with the units read, never by more than their share", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 20_000, noNaN: true }), (units) => {
        const counted = toRequestCount(units);
        expect(toRequestCount(units + readCost.unitsPerRequest)).toBeGreaterThanOrEqual(counted);
        expect(counted).toBeLessThanOrEqual(2 + units / readCost.unitsPerRequest);
      }),
    );
  });
});

describe("RequestMeter for a page", () => {
  it("charges nothing and acquires no lease", async () => {
    const { meter, read, lease } = metering();
    await read(readCost.plainUnits);
    await read(0);
    expect(await meter.charge()).toBeNull();
    expect(lease).not.toHaveBeenCalled();
  });
});

describe("RequestMeter beyond a page", () => {
  it("charges without a lease while the request is not expensive", async () => {
    const { meter, read, lease } = metering();
    await read(100);
    await read(100);
    expect(toRequestCount(200)).toBeGreaterThan(1);
    expect(await meter.charge()).toEqual({ requests: toRequestCount(200) - 1, lease: null });
    expect(lease).not.toHaveBeenCalled();
  });

  it("acquires one lease once the request is expensive, for any number of concurrent reads", async () => {
    const { meter, read, lease } = metering();
    await read(readCost.expensiveUnits + 1);
    await Promise.all([read(100), read(100), read(100)]);
    expect(lease).toHaveBeenCalledTimes(1);
    expect(await meter.charge()).toEqual({ requests: toRequestCount(readCost.expensiveUnits + 301) - 1, lease: held });
  });

  it("stops reading without a lease and charges what was read", async () => {
    const { meter, read, lease } = metering();
    lease.mockRejectedValue(noLease);
    await read(300);
    const { code, context } = await catchRejection(read(100));
    expect([code, context.retryAfter]).toEqual(["rate_limited", 2]);
    expect((await catchRejection(read(100))).code).toBe("rate_limited");
    expect(lease).toHaveBeenCalledTimes(1);
    expect(await meter.charge()).toEqual({ requests: toRequestCount(300) - 1, lease: null });
  });

  it("rejects the request before it reads more than a page when all leases are known to be taken", async () => {
    const { meter, read, lease, isLeaseless } = metering();
    isLeaseless.mockReturnValue(true);
    lease.mockRejectedValue(noLease);
    await read(60);
    await read(60);
    expect((await catchRejection(read(60))).code).toBe("rate_limited");
    expect(await meter.charge()).toBeNull();
  });

  it("acquires no lease before the caller is authorized, and none if it is not", async () => {
    const entering = Promise.withResolvers<void>();
    const { read, lease } = metering({ admitted: entering.promise });
    await read(300);
    const reading = catchRejection(read(100));
    expect(lease).not.toHaveBeenCalled();
    entering.reject(new ActivityError("unauthenticated", "Revoked."));
    expect((await reading).code).toBe("unauthenticated");
    expect(lease).not.toHaveBeenCalled();
  });

  it("ends early enough for the charge to be written", async () => {
    const { clock, meter, read } = metering();
    await read(300);
    clock.now = new Date(testNow.getTime() + readCost.longestMs);
    await read(300);
    clock.now = new Date(testNow.getTime() + readCost.longestMs + 1);
    expect((await catchRejection(read(300))).code).toBe("unavailable");
    expect(await meter.charge()).toEqual({ requests: toRequestCount(600) - 1, lease: held });
  });
});

describe("RequestMeter for concurrent reads", () => {
  /** Starts reads of shards that consume `units` each. Returns what was read when the first lease was requested. */
  async function readSideBySide(shards: number, units: number) {
    const { meter, lease } = metering();
    let consumed = 0;
    let mostUnderWay = 0;
    let underWay = 0;
    let before: number | null = null;
    lease.mockImplementation(async () => {
      before ??= consumed;
      throw noLease;
    });
    const read = async () => {
      await meter.next();
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      consumed += units;
      meter.add(units);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: shards }, read));
    const refused = outcomes.filter(({ status }) => status === "rejected").length;
    return { consumed, before, mostUnderWay, refused, leases: lease.mock.calls.length };
  }

  it.each([
    [16, 5],
    [32, 3],
  ])(
    "of %d shards of ordinary events, %d units each, needs no lease and starts all once one has ended",
    async (shards, units) => {
      const { consumed, refused, leases, mostUnderWay } = await readSideBySide(shards, units);
      expect([consumed, refused, leases]).toEqual([shards * units, 0, 0]);
      expect(mostUnderWay).toBeGreaterThan(shards / 2);
    },
  );

  it.each([2, 4, 8, 16, 32])(
    "of %d shards of the largest events does not start all below the bound",
    async (shards) => {
      const { consumed, before, refused } = await readSideBySide(shards, 128);
      const first = Math.min(shards, readCost.expensiveUnits / readCost.firstReadUnits);
      expect(consumed).toBe(first * 128);
      expect([before, refused]).toEqual([shards > first ? first * 128 : null, shards - first]);
    },
  );

  it("does not wait for a failed read", async () => {
    const { meter, lease } = metering();
    for (let n = 0; n < 4; n++) await meter.next();
    const fifth = meter.next();
    meter.add(0);
    await fifth;
    expect(lease).not.toHaveBeenCalled();
  });
});

describe("RequestMeter for six hundred concurrent requests of a token", () => {
  it("bounds each request without a lease, and charges the next minute as well", async () => {
    let read = 0;
    let used = 0;
    for (let n = 0; n < rateLimit.requests; n++) {
      const { meter, lease } = metering();
      lease.mockRejectedValue(noLease);
      const reading = async () => {
        for (;;) {
          await meter.next();
          meter.add(128);
          read += 128;
        }
      };
      expect((await catchRejection(reading())).code).toBe("rate_limited");
      used += 1 + ((await meter.charge())?.requests ?? 0);
    }
    expect(read).toBeLessThanOrEqual(rateLimit.requests * readCost.expensiveUnits);
    const start = windowStart(testNow);
    const next = { start: windowEnd(testNow), limit: rateLimit.requests };
    expect(carryOver({ start, used }, next)).toBe(rateLimit.requests);
  });
});

import { describe, expect, it, vi } from "vitest";
import { hostKeyOf } from "#shared/webhooks/deliveries/delivery-target.ts";
import { type HostCounterStore, HostRateLimiter } from "#shared/webhooks/limits/host-rate-limiter.ts";
import { testNow } from "#test/support/builders.ts";
import { deliveryFixture } from "#test/support/webhooks/delivery-fixture.ts";

const url = "https://hooks.example.com/in";

/** Creates counters of all hosts in memory, and instances that share them. */
function sharedCounters(sendsPerSecond: number) {
  const clock = { now: new Date(Math.floor(testNow.getTime() / 10_000) * 10_000) };
  const counts = new Map<string, number>();
  const count = vi.fn<HostCounterStore["increment"]>(async (host, window, sends, limit) => {
    const name = `${host} ${window.toISOString()}`;
    const counted = (counts.get(name) ?? 0) + sends;
    if (counted > limit) return false;
    counts.set(name, counted);
    return true;
  });
  const anInstance = () => new HostRateLimiter({ increment: count }, sendsPerSecond, () => clock.now);
  return { clock, count, anInstance };
}

const acquireMany = async (instance: HostRateLimiter, sends: number, to = url, orgId = "org_1") => {
  const granted = await Promise.all(Array.from({ length: sends }, () => instance.tryAcquire(hostKeyOf(to), orgId)));
  return granted.filter(Boolean).length;
};

describe("HostRateLimiter", () => {
  it("writes nothing for few requests, and two counters for each fifty more", async () => {
    const { count, anInstance } = sharedCounters(1_000);
    const instance = anInstance();
    expect([await acquireMany(instance, 10), count.mock.calls.length]).toEqual([10, 0]);
    expect([await acquireMany(instance, 100), count.mock.calls.length]).toEqual([100, 4]);
  });

  it("limits a host over all instances, whatever the path, port or case of its name", async () => {
    const { anInstance, count } = sharedCounters(100);
    const urls = [url, "https://hooks.example.com:8443/a", "https://HOOKS.example.com/?n=2"];
    const sent = await Promise.all(
      Array.from({ length: 40 }, (_, n) => acquireMany(anInstance(), 200, urls[n % 3], `org_${n}`)),
    );
    // A thousand in ten seconds, and ten of each instance that are not counted.
    expect(sent.reduce((sum, each) => sum + each, 0)).toBe(1_000 + 40 * 10);
    const asked = count.mock.calls.filter(([destination]) => destination === "hooks.example.com");
    expect(asked.length).toBeLessThanOrEqual(1_000 / 50 + 40);
  });

  it("leaves half of a host's limit to other organisations", async () => {
    const { anInstance } = sharedCounters(100);
    const instances = Array.from({ length: 40 }, anInstance);
    const flood = await Promise.all(instances.map((instance) => acquireMany(instance, 200)));
    // Half of a thousand, and ten of each instance that are not counted.
    expect(flood.reduce((sum, each) => sum + each, 0)).toBe(500 + 40 * 10);
    expect(await acquireMany(anInstance(), 300, url, "org_2")).toBe(300);
  });

  it("starts at zero in each window and for each host", async () => {
    const { anInstance, clock } = sharedCounters(10);
    const instance = anInstance();
    expect(await acquireMany(instance, 500)).toBe(60);
    expect(await acquireMany(instance, 60, "https://other.example.com/")).toBe(60);
    expect(instance.windowEnd()).toBe(clock.now.getTime() + 10_000);
    clock.now = new Date(instance.windowEnd());
    expect(await acquireMany(instance, 500)).toBe(60);
  });

  it("propagates the store's error and tries again", async () => {
    const { anInstance, count } = sharedCounters(100);
    const instance = anInstance();
    await acquireMany(instance, 10);
    count.mockRejectedValueOnce(new Error("away"));
    await expect(instance.tryAcquire(hostKeyOf(url), "org_1")).rejects.toThrow("away");
    expect(await instance.tryAcquire(hostKeyOf(url), "org_1")).toBe(true);
  });
});

it.each([
  ["https://hooks.example.com:8443/in?x=1", "hooks.example.com"],
  ["https://[2001:db8::1]/", "2001:db8::1"],
  ["http://127.0.0.1:8080/", "127.0.0.1:8080"],
])("hostKeyOf returns the host of %s: %s", (text, host) => expect(hostKeyOf(text)).toBe(host));

it("deliverBatch reschedules messages beyond the limit of a host to the next window, without an attempt", async () => {
  const { ports, ...delivering } = await deliveryFixture();
  const messages = delivering.createMessages(4);
  let left = 2;
  Object.assign(ports, {
    hostRateLimiter: { tryAcquire: async () => left-- > 0, windowEnd: () => ports.now().getTime() + 7_000 },
  });
  expect((await delivering.deliver(...messages)).toSorted()).toEqual([
    "rescheduled",
    "rescheduled",
    "succeeded",
    "succeeded",
  ]);
  expect(delivering.received).toHaveLength(2);
  expect(delivering.scheduled.map(({ seconds }) => seconds >= 7)).toEqual([true, true]);
});

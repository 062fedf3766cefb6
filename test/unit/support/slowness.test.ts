import { describe, expect, it } from "vitest";
import { until } from "#test/support/until.ts";
import { slowness } from "#test/support/vitest/slowness.ts";

describe("slowness", () => {
  it("is the number of runnable processes per core, from 1 to 10", () => {
    expect([0, 2, 5, 100].map((load) => slowness(undefined, load, 2))).toEqual([1, 1, 2.5, 10]);
  });

  it("is TEST_SLOWNESS when it is set", () => {
    expect(slowness("4", 100, 2)).toBe(4);
    expect(slowness("", 4, 2)).toBe(2);
  });

  it.each(["0.5", "much", "-1"])("rejects %s", (value) => {
    expect(() => slowness(value)).toThrow(`TEST_SLOWNESS is '${value}': it must be a number of at least 1.`);
  });
});

describe("until", () => {
  it("waits longer than its deadline on a slow machine", async () => {
    const startedAt = Date.now();
    const late = () => Date.now() - startedAt > 150;
    const wait = { deadlineMs: 50, pauseMs: 5 };
    expect(await until(late, { ...wait, slowness: () => 1_000 })).toBe(true);
  });

  it("throws when its condition is never met", async () => {
    const wait = { deadlineMs: 5, pauseMs: 1, slowness: () => 2 };
    await expect(until(() => false, wait)).rejects.toThrow("The expected condition was not met within");
  });
});

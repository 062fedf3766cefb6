import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { chunk } from "#shared/platform/chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";

describe("chunk", () => {
  it("returns arrays of the size in order, the last one with the rest", () => {
    expect(chunk([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(chunk([1, 2, 3, 4], 2)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("returns nothing for no items", () => expect(chunk([], 2)).toEqual([]));
});

describe("mapWithConcurrency", () => {
  /** Records how many calls are running. Each ends after as many ticks as its item says. */
  function observe() {
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const map = async (ticks: number) => {
      started.push(ticks);
      running += 1;
      most = Math.max(most, running);
      for (let tick = 0; tick < ticks; tick++) await setImmediate();
      running -= 1;
      return ticks * 10;
    };
    return { map, started, most: () => most };
  }

  it("returns the results in the order of the items when later calls end first", async () => {
    expect(await mapWithConcurrency([9, 1, 5, 0], 3, observe().map)).toEqual([90, 10, 50, 0]);
  });

  it("runs as many calls as the limit, and no more, while items are left", async () => {
    const { map, most } = observe();
    await mapWithConcurrency(Array.from({ length: 20 }).fill(3), 4, async () => map(3));
    expect(most()).toBe(4);
  });

  it("takes an item only when a call starts", async () => {
    const { map, started } = observe();
    const taken: number[] = [];
    const items = function* () {
      for (const item of [2, 2, 2]) {
        expect(taken).toHaveLength(started.length);
        taken.push(item);
        yield item;
      }
    };
    await mapWithConcurrency(items(), 2, map);
    expect(taken).toEqual([2, 2, 2]);
  });

  it("throws the first error and starts no further call", async () => {
    const started: number[] = [];
    const work = mapWithConcurrency([0, 1, 2, 3, 4, 5], 2, async (item) => {
      started.push(item);
      await setImmediate();
      if (item === 1) throw new Error("one");
      if (item > 1) throw new Error("later");
    });
    await expect(work).rejects.toThrow("one");
    await setImmediate();
    await setImmediate();
    expect(started).toEqual([0, 1, 2]);
  });

  it("returns nothing for no items", async () => expect(await mapWithConcurrency([], 3, observe().map)).toEqual([]));
});

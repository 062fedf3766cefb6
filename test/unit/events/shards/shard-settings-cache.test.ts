import { describe, expect, it } from "vitest";
import { ActivityError } from "#shared/errors.ts";
import { readableForMs, type ShardSettings, ShardSettingsCache } from "#shared/events/shards/shard-settings-cache.ts";
import { increaseShardCount, shardLeadMs } from "#shared/events/shards/shards.ts";

const start = Date.parse("2026-05-11T08:30:00.000Z");

/** Creates a cache with settings, a clock and reads that the test controls. */
function aCache(initial: ShardSettings = new Map()) {
  const state = {
    settings: initial,
    ms: start,
    reads: 0,
    failure: null as Error | null,
    gate: Promise.resolve(),
    reported: [] as unknown[],
  };
  const reader = {
    async read() {
      state.reads += 1;
      const { settings, failure, gate } = state;
      await gate;
      if (failure !== null) throw failure;
      return settings;
    },
  };
  return {
    state,
    cache: new ShardSettingsCache(
      reader,
      () => new Date(state.ms),
      (error) => state.reported.push(error),
    ),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const busy = new ActivityError("unavailable", "The store is busy or away.");
const sixteen = new Map([["org_big", increaseShardCount(null, 16, new Date(start))]]);

describe("ShardSettingsCache", () => {
  it("reads all settings once for any number of organisations and requests", async () => {
    const { state, cache } = aCache(sixteen);
    const counts = await Promise.all(["org_big", "org_a", "org_b"].map((org) => cache.countToRead(org)));
    expect(counts).toEqual([16, 1, 1]);
    for (let request = 0; request < 100; request++) await cache.countToRead(`org_${request}`);
    expect(state.reads).toBe(1);
  });

  it("returns a known count without a promise, so that requests do not wait", async () => {
    const { cache } = aCache(sixteen);
    await cache.countToRead("org_a");
    expect(cache.countToRead("org_a")).toBe(1);
    expect(cache.countToRead("org_big")).toBe(16);
  });

  it("refreshes in the background after 20 seconds", async () => {
    const { state, cache } = aCache();
    await cache.countToRead("org_big");
    state.settings = sixteen;
    state.ms += 19_999;
    expect(cache.countToRead("org_big")).toBe(1);
    expect(state.reads).toBe(1);
    state.ms += 1;
    expect(cache.countToRead("org_big")).toBe(1);
    await settled();
    expect(cache.countToRead("org_big")).toBe(16);
    expect(state.reads).toBe(2);
  });

  it("uses cached settings for at most a minute while the store is unavailable", async () => {
    const { state, cache } = aCache(sixteen);
    await cache.countToRead("org_a");
    state.failure = busy;
    state.ms += readableForMs - 1;
    expect(cache.countToRead("org_big")).toBe(16);
    state.ms += 1;
    await settled();
    await expect(cache.countToRead("org_a")).rejects.toBe(busy);
    state.failure = null;
    state.ms += 5_000;
    expect(await cache.countToRead("org_big")).toBe(16);
  });

  it("retries an unavailable store after growing pauses, for any number of requests", async () => {
    const { state, cache } = aCache(sixteen);
    state.failure = busy;
    const times: number[] = [];
    for (let ms = 0; ms < 20_000; ms += 50) {
      const before = state.reads;
      await expect(cache.countToRead("org_a")).rejects.toBe(busy);
      cache.countToWrite("org_a");
      await settled();
      if (state.reads > before) times.push(ms);
      state.ms += 50;
    }
    expect(times).toEqual([0, 250, 750, 1_750, 3_750, 7_750, 12_750, 17_750]);
  });

  it("throws unavailable when the settings were never read", async () => {
    const { state, cache } = aCache(sixteen);
    state.failure = busy;
    await expect(cache.countToRead("org_a")).rejects.toBe(busy);
  });

  it("dates settings by the time when the read began", async () => {
    const { state, cache } = aCache();
    let open = () => undefined as unknown;
    state.gate = new Promise((resolve) => {
      open = () => resolve();
    });
    const first = cache.countToRead("org_big");
    // The function is frozen during its read, and the count is raised meanwhile.
    state.ms += readableForMs;
    state.settings = sixteen;
    state.gate = Promise.resolve();
    open();
    expect(await first).toBe(16);
    expect(state.reads).toBe(2);
  });

  describe("ShardSettingsCache with a background read that was frozen with the function and then fails", () => {
    /** Creates a cache with settings from 20 seconds before a freeze. `thaw` fails the read that began before it. */
    async function frozen() {
      const { state, cache } = aCache();
      await cache.countToRead("org_big");
      let thaw = () => undefined as unknown;
      state.gate = new Promise((resolve) => {
        thaw = () => resolve();
      });
      state.failure = busy;
      state.ms += 20_000;
      cache.countToRead("org_big");
      state.gate = Promise.resolve();
      state.ms += 600_000;
      state.settings = sixteen;
      return { state, cache, thaw };
    }

    it("reads again for the request that awaits it", async () => {
      const { state, cache, thaw } = await frozen();
      state.failure = null;
      const count = cache.countToRead("org_big");
      thaw();
      expect(await count).toBe(16);
      expect(state.reads).toBe(3);
    });

    it("reads again for the next request", async () => {
      const { state, cache, thaw } = await frozen();
      state.failure = null;
      thaw();
      await settled();
      expect(state.reported).toEqual([busy]);
      expect(await cache.countToRead("org_big")).toBe(16);
      expect(state.reads).toBe(3);
    });

    it("retries an unavailable store once, then pauses, for any number of requests", async () => {
      const { state, cache, thaw } = await frozen();
      const requests = [cache.countToRead("org_a"), cache.countToRead("org_b")];
      thaw();
      const failed = await Promise.allSettled(requests);
      expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      await expect(cache.countToRead("org_c")).rejects.toBe(busy);
      cache.prefetch();
      expect(state.reads).toBe(3);
    });
  });

  it("does not use settings when the clock went back", async () => {
    const { state, cache } = aCache();
    await cache.countToRead("org_big");
    state.settings = sixteen;
    state.ms -= 1;
    expect(await cache.countToRead("org_big")).toBe(16);
  });

  describe("ShardSettingsCache.isShardRead", () => {
    it("reads nothing for the first shard", async () => {
      const { state, cache } = aCache(sixteen);
      expect(await cache.isShardRead("org_a", "0")).toBe(true);
      expect(state.reads).toBe(0);
    });

    it("returns true below the count, and reads again before it returns false", async () => {
      const { state, cache } = aCache(sixteen);
      for (let shard = 1; shard < 16; shard++) expect(await cache.isShardRead("org_big", String(shard))).toBe(true);
      expect(state.reads).toBe(1);
      state.ms += 1;
      expect(await cache.isShardRead("org_big", "16")).toBe(false);
      expect(state.reads).toBe(2);
      expect(await cache.isShardRead("org_a", "1")).toBe(false);
      expect(state.reads).toBe(3);
    });

    it("returns true as soon as the organisation is raised", async () => {
      const { state, cache } = aCache();
      expect(await cache.isShardRead("org_big", "15")).toBe(false);
      state.settings = sixteen;
      state.ms += 1;
      expect(await cache.isShardRead("org_big", "15")).toBe(true);
    });

    it("does not use a read that began before the call", async () => {
      const { state, cache } = aCache();
      let open = () => undefined as unknown;
      state.gate = new Promise((resolve) => {
        open = () => resolve();
      });
      cache.prefetch();
      state.gate = Promise.resolve();
      state.settings = sixteen;
      state.ms += 1;
      const answer = cache.isShardRead("org_big", "15");
      open();
      expect(await answer).toBe(true);
      expect(state.reads).toBe(2);
    });

    it("reads once for all events of a batch", async () => {
      const { state, cache } = aCache();
      const answers = Array.from({ length: 100 }, (_, shard) => cache.isShardRead("org_a", String(1 + (shard % 31))));
      expect(new Set(await Promise.all(answers))).toEqual(new Set([false]));
      expect(state.reads).toBe(1);
    });

    it("throws while the store is unavailable, and returns true for a damaged setting", async () => {
      const { state, cache } = aCache(new Map([["org_damaged", null]]));
      expect(await cache.isShardRead("org_damaged", "3")).toBe(true);
      state.failure = busy;
      state.ms += 1;
      await expect(cache.isShardRead("org_a", "3")).rejects.toBe(busy);
    });
  });

  it("fails only the organisation whose setting is damaged", async () => {
    const { cache } = aCache(new Map([["org_damaged", null]]));
    expect(await cache.countToRead("org_a")).toBe(1);
    expect(() => cache.countToRead("org_damaged")).toThrow("org_damaged");
    expect(cache.countToWrite("org_damaged")).toBe(1);
  });

  it("lets writers begin with one shard without waiting, and raise the count at the set time", async () => {
    const { state, cache } = aCache(sixteen);
    expect(cache.countToWrite("org_big")).toBe(1);
    await settled();
    expect(cache.countToWrite("org_big")).toBe(1);
    state.ms += shardLeadMs - 1;
    expect(cache.countToWrite("org_big")).toBe(1);
    state.ms += 1;
    expect(cache.countToWrite("org_big")).toBe(16);
  });

  it("lets writers use cached settings of any age while the store is unavailable", async () => {
    const { state, cache } = aCache(sixteen);
    cache.countToWrite("org_big");
    await settled();
    expect(state.reported).toEqual([]);
    state.failure = busy;
    state.ms += 3_600_000;
    expect(cache.countToWrite("org_big")).toBe(16);
    expect(cache.countToWrite("org_a")).toBe(1);
    await settled();
    expect(state.reported).toContain(busy);
  });

  it("(property) never lets writers use a count that readers may not know", async () => {
    // As in ADR 37: commit up to 15 s after the administrator's clock was read, and two clocks with an error of 10 s
    // each.
    expect(shardLeadMs).toBeGreaterThan(readableForMs + 15_000 + 2 * 10_000);
  });
});

import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Endpoint, EndpointChange } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointCache, maxGapMs, overlapMs } from "#shared/webhooks/endpoints/endpoint-cache.ts";
import { anEndpoint, anEvent, testNow } from "#test/support/builders.ts";
import { memoryEndpoints } from "#test/support/memory/webhooks.ts";

let now: Date;
const moveTo = (milliseconds: number) => {
  now = new Date(testNow.getTime() + milliseconds);
};

/** Offset of the writers' clock, which stamps changes, from the clock of the cache. */
let writerOffsetMs: number;
const store = () => memoryEndpoints(undefined, () => new Date(now.getTime() + writerOffsetMs));

beforeEach(() => {
  moveTo(0);
  writerOffsetMs = 0;
});

const { org_id } = anEndpoint();
const idOf = (n: number) => `wh_${String(n).padStart(32, "0")}`;
const endpointOf = (orgId: string, n: number, over: Partial<Endpoint> = {}) =>
  anEndpoint({ org_id: orgId, endpoint_id: idOf(n), ...over });

/** Creates a cache over endpoints in memory, and counts its reads of the store. */
async function aCache(...endpoints: readonly Endpoint[]) {
  const source = store();
  // Long enough ago that no poll of the change log returns them.
  moveTo(-3_600_000);
  for (const endpoint of endpoints) await source.create(endpoint, anEvent());
  moveTo(0);
  const { list, listOrgIds } = source;
  const reads = {
    list: vi.spyOn(source, "list"),
    get: vi.spyOn(source, "get"),
    listOrgIds: vi.spyOn(source, "listOrgIds"),
    listChanges: vi.spyOn(source, "listChanges"),
  };
  const damaged = vi.fn<(change: EndpointChange) => void>();
  const cache = new EndpointCache(source, () => now, damaged);
  const ids = async (orgId: string) => (await cache.list(orgId)).map(({ endpoint_id }) => endpoint_id);
  const counts = () => Object.fromEntries(Object.entries(reads).map(([name, { mock }]) => [name, mock.calls.length]));
  const create = (endpoint: Endpoint) => source.create(endpoint, anEvent());
  const update = async (before: Endpoint, change: Partial<Endpoint>) => {
    const current = (await source.get(before.org_id, before.endpoint_id)) ?? before;
    reads.get.mockClear();
    await source.update(current, { ...current, ...change }, anEvent());
  };
  return { damaged, source, reads, list, listOrgIds, cache, ids, counts, create, update };
}

describe("EndpointCache.list and its reads of the store", () => {
  it("reads a shard once, and nothing for each event, for an organisation without endpoints", async () => {
    const { ids, counts } = await aCache(endpointOf(org_id, 1));
    for (let event = 0; event < 100; event++) expect(await ids("org_without")).toEqual([]);
    expect(counts()).toEqual({ list: 0, get: 0, listOrgIds: 1, listChanges: 0 });
  });

  it("reads the list of an organisation once, also for concurrent calls", async () => {
    const { ids, counts } = await aCache(endpointOf(org_id, 1));
    const asked = await Promise.all(Array.from({ length: 20 }, () => ids(org_id)));
    expect(asked).toEqual(Array(20).fill([idOf(1)]));
    expect(counts()).toEqual({ list: 1, get: 0, listOrgIds: 1, listChanges: 0 });
  });

  it("reads the change log once in two seconds, however many events there are", async () => {
    const { ids, counts } = await aCache(endpointOf(org_id, 1));
    for (let milliseconds = 0; milliseconds <= 20_000; milliseconds += 100) {
      moveTo(milliseconds);
      await ids(org_id);
    }
    expect(counts()).toEqual({ list: 1, get: 0, listOrgIds: 1, listChanges: 10 });
  });

  it("reads only the changed endpoint after a change, once", async () => {
    const all = Array.from({ length: 50 }, (_, n) => endpointOf(org_id, n));
    const { ids, counts, reads, update } = await aCache(...all, endpointOf("org_other", 99));
    for (const orgId of [org_id, "org_other"]) await ids(orgId);
    const before = counts();
    await update(endpointOf(org_id, 7), { events: ["bill.*"] });
    for (let milliseconds = 0; milliseconds <= 20_000; milliseconds += 500) {
      moveTo(milliseconds);
      for (const orgId of [org_id, "org_other"]) await ids(orgId);
    }
    expect(reads.get.mock.calls).toEqual([[org_id, idOf(7)]]);
    expect(counts()).toMatchObject({ list: before.list, listOrgIds: before.listOrgIds });
  });

  it("reads nothing after changes of organisations without events", async () => {
    const { ids, counts, create } = await aCache(endpointOf(org_id, 1));
    await ids(org_id);
    const before = counts();
    for (let n = 2; n < 100; n++) await create(endpointOf(`org_${n}`, n));
    moveTo(2_000);
    await ids(org_id);
    expect(counts()).toEqual({ ...before, listChanges: 1 });
  });

  it("reads the whole list when many of its endpoints changed", async () => {
    const all = Array.from({ length: 20 }, (_, n) => endpointOf(org_id, n));
    const { ids, reads, update, cache } = await aCache(...all);
    await ids(org_id);
    for (const endpoint of all) await update(endpoint, { events: ["bill.*"] });
    moveTo(2_000);
    reads.get.mockClear();
    expect((await cache.list(org_id)).every(({ events }) => events[0] === "bill.*")).toBe(true);
    expect(reads.get).not.toHaveBeenCalled();
    expect(reads.list).toHaveBeenCalledTimes(2);
  });
});

describe("EndpointCache.list after a change", () => {
  it("returns any kind of change within two seconds", async () => {
    const { source, ids, cache, create, update } = await aCache(endpointOf(org_id, 1), endpointOf(org_id, 2));
    for (const orgId of [org_id, "org_new"]) await ids(orgId);
    await create(endpointOf("org_new", 3));
    await create(endpointOf(org_id, 4));
    await update(endpointOf(org_id, 1), { events: ["bill.*"] });
    await source.remove(endpointOf(org_id, 2), anEvent());
    moveTo(1_999);
    expect(await ids(org_id)).toEqual([idOf(1), idOf(2)]);
    moveTo(2_000);
    expect(await ids(org_id)).toEqual([idOf(1), idOf(4)]);
    expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
    expect(await ids("org_new")).toEqual([idOf(3)]);
  });

  it.each([
    ["by a clock that is behind, or long before it commits", -overlapMs],
    ["by a clock that is ahead", overlapMs],
  ])("returns a change that was stamped %s within two seconds, and reads it once", async (_, offset) => {
    const { ids, reads, update, cache } = await aCache(endpointOf(org_id, 1));
    for (let milliseconds = 0; milliseconds <= 60_000; milliseconds += 2_000) {
      moveTo(milliseconds);
      await ids(org_id);
    }
    // Just after a poll: the longest possible delay.
    moveTo(60_001);
    writerOffsetMs = offset;
    await update(endpointOf(org_id, 1), { events: ["bill.*"] });
    for (let milliseconds = 62_000; milliseconds <= 180_000; milliseconds += 1_000) {
      moveTo(milliseconds);
      expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
    }
    expect(reads.get).toHaveBeenCalledOnce();
  });

  it("does not lose a change that happens while the list or the shard is being read", async () => {
    const { reads, list, listOrgIds, ids, create } = await aCache(endpointOf(org_id, 1));
    const release = Promise.withResolvers<void>();
    const slow =
      <A, T>(read: (argument: A) => Promise<T>) =>
      async (argument: A) => {
        const found = await read(argument);
        await release.promise;
        return found;
      };
    reads.listOrgIds.mockImplementationOnce(slow(listOrgIds));
    const newOrg = ids("org_new");
    reads.list.mockImplementationOnce(slow(list));
    const known = ids(org_id);
    await vi.waitUntil(() => reads.list.mock.calls.length === 1);
    await create(endpointOf("org_new", 2));
    await create(endpointOf(org_id, 3));
    moveTo(2_000);
    const later = [ids("org_new"), ids(org_id)];
    await vi.waitUntil(() => reads.listChanges.mock.calls.length === 1);
    release.resolve();
    expect(await Promise.all([newOrg, known])).toEqual([[], [idOf(1)]]);
    expect(await Promise.all(later)).toEqual([[idOf(2)], [idOf(1), idOf(3)]]);
  });

  it("reads everything again after a pause for which the change log is not read", async () => {
    const { ids, update, cache, counts } = await aCache(endpointOf(org_id, 1));
    await ids(org_id);
    moveTo(maxGapMs / 2);
    await update(endpointOf(org_id, 1), { events: ["bill.*"] });
    moveTo(maxGapMs + 1);
    expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
    expect(counts()).toMatchObject({ list: 2, listOrgIds: 2, listChanges: 0 });
  });

  it("reads only the change after a pause for which the change log is read", async () => {
    const { ids, update, cache, counts } = await aCache(endpointOf(org_id, 1));
    await ids(org_id);
    await update(endpointOf(org_id, 1), { events: ["bill.*"] });
    moveTo(maxGapMs);
    expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
    expect(counts()).toMatchObject({ list: 1, get: 1, listOrgIds: 1, listChanges: 1 });
  });
});

it("EndpointCache.list reads everything again, once, after a change without an organisation", async () => {
  const { damaged, reads, ids, update, cache, source } = await aCache(
    endpointOf(org_id, 1),
    endpointOf("org_other", 2),
  );
  for (const orgId of [org_id, "org_other"]) await ids(orgId);
  await update(endpointOf(org_id, 1), { events: ["bill.*"] });
  const entry = { change_id: `${now.toISOString()}#${idOf(1)}#2`, org_id: null, endpoint_id: idOf(1) };
  reads.listChanges.mockResolvedValue([entry]);
  reads.list.mockClear();
  for (let milliseconds = 2_000; milliseconds <= 20_000; milliseconds += 1_000) {
    moveTo(milliseconds);
    expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
    expect(await ids("org_other")).toEqual([idOf(2)]);
  }
  expect(damaged.mock.calls).toEqual([[entry]]);
  expect(source.list).toHaveBeenCalledTimes(2);
});

describe("EndpointCache.list when a read fails", () => {
  it.each(["listOrgIds", "list"] as const)("does not cache the failure: %s", async (name) => {
    const { ids, reads } = await aCache(endpointOf(org_id, 1));
    reads[name].mockRejectedValueOnce(new Error("busy"));
    await expect(ids(org_id)).rejects.toThrow("busy");
    expect(await ids(org_id)).toEqual([idOf(1)]);
  });

  it("keeps its contents, and applies missed changes later, when the change log cannot be read", async () => {
    const { ids, reads, cache, update } = await aCache(endpointOf(org_id, 1));
    await ids(org_id);
    await update(endpointOf(org_id, 1), { events: ["bill.*"] });
    moveTo(60_000);
    reads.listChanges.mockRejectedValueOnce(new Error("away"));
    // The cached list may be out of date, so it is not returned.
    await expect(ids(org_id)).rejects.toMatchObject({ code: "unavailable", cause: new Error("away") });
    expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
    expect(reads.list).toHaveBeenCalledOnce();
  });

  it("does not return the old version when a changed endpoint cannot be read", async () => {
    const { ids, reads, cache, update } = await aCache(endpointOf(org_id, 1));
    await ids(org_id);
    await update(endpointOf(org_id, 1), { events: ["bill.*"] });
    moveTo(2_000);
    reads.get.mockRejectedValueOnce(new Error("busy"));
    await expect(ids(org_id)).rejects.toThrow("busy");
    expect((await cache.list(org_id))[0]?.events).toEqual(["bill.*"]);
  });
});

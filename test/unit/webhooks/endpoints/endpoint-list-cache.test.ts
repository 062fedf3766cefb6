import { expect, it, vi } from "vitest";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointListCache } from "#shared/webhooks/endpoints/endpoint-list-cache.ts";
import { anEndpoint } from "#test/support/builders.ts";

/** Creates a cache with space for about `capacity` organisations of one endpoint each. */
function listCacheFixture(capacity: number, over: Partial<Endpoint> = {}) {
  const list = vi.fn(async (org_id: string) => [anEndpoint({ org_id, events: ["invoice.*"], ...over })]);
  const get = vi.fn(async (org_id: string) => anEndpoint({ org_id, events: ["bill.*"] }));
  return { list, get, lists: new EndpointListCache({ list, get }, capacity * 850) };
}

it("EndpointListCache keeps the most recently used organisations up to its capacity", async () => {
  const { lists, list } = listCacheFixture(3);
  for (const org of ["a", "b", "c"]) await lists.get(org);
  await lists.get("a");
  await lists.get("d");
  list.mockClear();
  for (const org of ["a", "c", "d"]) await lists.get(org);
  expect(list).not.toHaveBeenCalled();
  await lists.get("b");
  expect(list).toHaveBeenCalledExactlyOnceWith("b");
});

it("EndpointListCache keeps fewer organisations when they have many filters", async () => {
  const { lists, list } = listCacheFixture(10, { events: Array.from({ length: 50 }, () => "x".repeat(128)) });
  for (const org of ["a", "b"]) await lists.get(org);
  list.mockClear();
  await lists.get("a");
  expect(list).toHaveBeenCalledOnce();
});

it("EndpointListCache stays bounded over a hundred thousand organisations, and frees the space of evicted ones", async () => {
  const { lists, list } = listCacheFixture(100);
  for (let n = 0; n < 100_000; n++) await lists.get(`org_${n}`);
  list.mockClear();
  for (let n = 99_999; n > 99_900; n--) await lists.get(`org_${n}`);
  expect(list).not.toHaveBeenCalled();
});

it("EndpointListCache keeps neither URLs nor secrets", async () => {
  const { lists } = listCacheFixture(1);
  const [endpoint] = await lists.get("a");
  expect(Object.keys(endpoint ?? {}).sort()).toEqual(["created_at", "endpoint_id", "entity_id", "events"]);
});

it("EndpointListCache reads a changed endpoint of an evicted organisation with the rest of its list", async () => {
  const { lists, list, get } = listCacheFixture(1);
  await lists.get("a");
  await lists.get("b");
  lists.markChanged("a", anEndpoint().endpoint_id);
  list.mockClear();
  await lists.get("a");
  expect([list.mock.calls.length, get.mock.calls.length]).toEqual([1, 0]);
});

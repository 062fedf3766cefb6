import { expect, it, vi } from "vitest";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { EndpointListCache } from "#shared/webhooks/endpoints/endpoint-list-cache.ts";
import { anEndpoint } from "#test/support/builders.ts";

/** Lists of one endpoint for each organisation, with room for about so many of them. */
function someLists(room: number, over: Partial<Endpoint> = {}) {
  const list = vi.fn(async (org_id: string) => [anEndpoint({ org_id, events: ["invoice.*"], ...over })]);
  const get = vi.fn(async (org_id: string) => anEndpoint({ org_id, events: ["bill.*"] }));
  return { list, get, lists: new EndpointListCache({ list, get }, room * 850) };
}

it("keep the organisations that were asked for last, as many as there is room for", async () => {
  const { lists, list } = someLists(3);
  for (const org of ["a", "b", "c"]) await lists.get(org);
  await lists.get("a");
  await lists.get("d");
  list.mockClear();
  for (const org of ["a", "c", "d"]) await lists.get(org);
  expect(list).not.toHaveBeenCalled();
  await lists.get("b");
  expect(list).toHaveBeenCalledExactlyOnceWith("b");
});

it("have room for fewer organisations with many filters", async () => {
  const { lists, list } = someLists(10, { events: Array.from({ length: 50 }, () => "x".repeat(128)) });
  for (const org of ["a", "b"]) await lists.get(org);
  list.mockClear();
  await lists.get("a");
  expect(list).toHaveBeenCalledOnce();
});

it("stay bounded over a hundred thousand organisations, and count what they drop", async () => {
  const { lists, list } = someLists(100);
  for (let n = 0; n < 100_000; n++) await lists.get(`org_${n}`);
  list.mockClear();
  for (let n = 99_999; n > 99_900; n--) await lists.get(`org_${n}`);
  expect(list).not.toHaveBeenCalled();
});

it("hold neither addresses nor secrets", async () => {
  const { lists } = someLists(1);
  const [endpoint] = await lists.get("a");
  expect(Object.keys(endpoint ?? {}).sort()).toEqual(["created_at", "endpoint_id", "entity_id", "events"]);
});

it("read a changed endpoint of an organisation that was dropped with the rest of its list", async () => {
  const { lists, list, get } = someLists(1);
  await lists.get("a");
  await lists.get("b");
  lists.markChanged("a", anEndpoint().endpoint_id);
  list.mockClear();
  await lists.get("a");
  expect([list.mock.calls.length, get.mock.calls.length]).toEqual([1, 0]);
});

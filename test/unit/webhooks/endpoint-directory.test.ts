import { beforeEach, expect, it, vi } from "vitest";
import type { EndpointSource } from "../../../shared/webhooks/endpoint.ts";
import { EndpointDirectory } from "../../../shared/webhooks/endpoint-directory.ts";
import { anEndpoint, testNow } from "../../support/builders.ts";

const { org_id } = anEndpoint();
const later = (milliseconds: number) => new Date(testNow.getTime() + milliseconds);

let now = testNow;
let version = 1;
const versions = new Map<string, number>();
const standing = new Map([[org_id, [anEndpoint()]]]);
const source = {
  version: vi.fn(async () => version),
  orgs: vi.fn(async () => new Map([...standing.keys()].map((orgId) => [orgId, versions.get(orgId) ?? 1]))),
  list: vi.fn(async (orgId: string) => standing.get(orgId) ?? []),
} satisfies EndpointSource;

beforeEach(() => {
  [now, version] = [testNow, 1];
  versions.clear();
  standing.clear();
  standing.set(org_id, [anEndpoint()]);
  for (const verb of Object.values(source)) verb.mockClear();
});

const aDirectory = () => new EndpointDirectory(source, () => now);

it("reads nothing for an organisation without endpoints, however many events it has", async () => {
  const directory = aDirectory();
  for (let event = 0; event < 100; event++) expect(await directory.endpointsOf("org_without")).toEqual([]);
  expect(source.list).not.toHaveBeenCalled();
  expect(source.version).toHaveBeenCalledOnce();
  expect(source.orgs).toHaveBeenCalledOnce();
});

it("reads an organisation's endpoints once, also when they are asked for at once", async () => {
  const directory = aDirectory();
  const asked = await Promise.all(Array.from({ length: 20 }, () => directory.endpointsOf(org_id)));
  expect(asked).toEqual(Array(20).fill([anEndpoint()]));
  now = later(10_000);
  await directory.endpointsOf(org_id);
  expect(source.list).toHaveBeenCalledOnce();
  expect(source.orgs).toHaveBeenCalledOnce();
});

it("notices a change within two seconds", async () => {
  const directory = aDirectory();
  await directory.endpointsOf(org_id);
  const changed = [anEndpoint({ events: ["invoice.voided"] })];
  standing.set(org_id, changed);
  standing.set("org_new", [anEndpoint({ org_id: "org_new" })]);
  version = 2;
  versions.set(org_id, 2);
  now = later(1_999);
  expect(await directory.endpointsOf("org_new")).toEqual([]);
  now = later(2_000);
  expect(await directory.endpointsOf(org_id)).toEqual(changed);
  expect(await directory.endpointsOf("org_new")).toHaveLength(1);
});

it("reads again only what changed", async () => {
  const directory = aDirectory();
  standing.set("org_new", [anEndpoint({ org_id: "org_new" })]);
  await directory.endpointsOf(org_id);
  await directory.endpointsOf("org_new");
  version = 2;
  versions.set("org_new", 2);
  now = later(2_000);
  await directory.endpointsOf(org_id);
  await directory.endpointsOf("org_new");
  expect(source.list.mock.calls.map(([orgId]) => orgId)).toEqual([org_id, "org_new", "org_new"]);
});

it("does not remember trouble", async () => {
  const directory = aDirectory();
  source.version.mockRejectedValueOnce(new Error("away"));
  await expect(directory.endpointsOf(org_id)).rejects.toThrow("away");
  source.list.mockRejectedValueOnce(new Error("busy"));
  await expect(directory.endpointsOf(org_id)).rejects.toThrow("busy");
  expect(await directory.endpointsOf(org_id)).toEqual([anEndpoint()]);
});

it("does not take what it remembers for current while a look at the version fails", async () => {
  const directory = aDirectory();
  await directory.endpointsOf(org_id);
  now = later(2_000);
  source.version.mockRejectedValueOnce(new Error("away"));
  await expect(directory.endpointsOf(org_id)).rejects.toThrow("away");
});

import { describe, expect, it, vi } from "vitest";
import type { Org } from "#shared/auth/orgs/org.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { ActivityError } from "#shared/errors.ts";
import { anOrg, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const org = anOrg();

function directory(orgs: readonly Org[] = [org]) {
  const clock = { now: testNow };
  const stored = new Map(orgs.map((one) => [one.org_id, one]));
  const read = vi.fn<OrgReader["get"]>(async (orgId) => stored.get(orgId) ?? null);
  const pass = (ms: number) => {
    clock.now = new Date(clock.now.getTime() + ms);
  };
  return { directory: new OrgCache({ get: read }, () => clock.now), stored, read, pass };
}

describe("OrgCache.get", () => {
  it("reads an organisation once a minute", async () => {
    const { directory: orgs, stored, read, pass } = directory();
    expect(await orgs.get(org.org_id)).toEqual(org);
    stored.set(org.org_id, { ...org, name: "Renamed" });
    pass(59_999);
    expect((await orgs.get(org.org_id)).name).toBe(org.name);
    expect(read).toHaveBeenCalledTimes(1);
    pass(1);
    expect((await orgs.get(org.org_id)).name).toBe("Renamed");
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("shares one read between concurrent callers", async () => {
    const { directory: orgs, read } = directory();
    const found = await Promise.all(Array.from({ length: 50 }, () => orgs.get(org.org_id)));
    expect(found).toEqual(found.map(() => org));
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("separates organisations", async () => {
    const other = anOrg({ org_id: "org_b", name: "Other" });
    const { directory: orgs } = directory([org, other]);
    const names = async () => [(await orgs.get(org.org_id)).name, (await orgs.get("org_b")).name];
    expect(await names()).toEqual([org.name, "Other"]);
    expect(await names()).toEqual([org.name, "Other"]);
  });
});

describe("OrgCache.refresh", () => {
  it("reads as of now and caches the result for another minute", async () => {
    const { directory: orgs, stored, read, pass } = directory();
    await orgs.get(org.org_id);
    pass(30_000);
    stored.set(org.org_id, { ...org, name: "Renamed" });
    expect((await orgs.refresh(org.org_id)).name).toBe("Renamed");
    pass(59_999);
    expect((await orgs.get(org.org_id)).name).toBe("Renamed");
    expect(read).toHaveBeenCalledTimes(2);
    pass(1);
    await orgs.get(org.org_id);
    expect(read).toHaveBeenCalledTimes(3);
  });
});

describe("OrgCache on a failed read", () => {
  it("rejects all concurrent callers and caches nothing", async () => {
    const { directory: orgs, read } = directory();
    const away = new ActivityError("unavailable", "The store is busy or away.");
    read.mockRejectedValueOnce(away);
    const outcomes = await Promise.allSettled([orgs.get(org.org_id), orgs.get(org.org_id)]);
    expect(outcomes).toEqual([1, 2].map(() => ({ status: "rejected", reason: away })));
    expect(await orgs.get(org.org_id)).toEqual(org);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("throws not_found until the organisation exists", async () => {
    const { directory: orgs, stored } = directory([]);
    expect((await catchRejection(orgs.get(org.org_id))).code).toBe("not_found");
    stored.set(org.org_id, org);
    expect(await orgs.get(org.org_id)).toEqual(org);
  });

  it("keeps what a later read cached", async () => {
    const { directory: orgs, read } = directory();
    let fail = (_: Error) => {};
    read.mockImplementationOnce(
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    const first = orgs.get(org.org_id);
    expect(await orgs.refresh(org.org_id)).toEqual(org);
    fail(new Error("late"));
    await expect(first).rejects.toThrow("late");
    expect(await orgs.get(org.org_id)).toEqual(org);
    expect(read).toHaveBeenCalledTimes(2);
  });
});

it("OrgCache caches at most a thousand organisations and returns each one after that", async () => {
  const orgs = Array.from({ length: 1_001 }, (_, at) => anOrg({ org_id: `org_${at}` }));
  const { directory: known, read } = directory(orgs);
  for (const { org_id } of orgs.slice(0, 1_000)) await known.get(org_id);
  await known.get("org_0");
  expect(read).toHaveBeenCalledTimes(1_000);
  await known.get("org_1000");
  await known.get("org_0");
  expect(read).toHaveBeenCalledTimes(1_002);
  for (const { org_id } of orgs) expect((await known.get(org_id)).org_id).toBe(org_id);
});

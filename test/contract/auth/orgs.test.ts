import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, expect, it } from "vitest";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { createOrgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import type { OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { createShardSettingsReader } from "#shared/events/dynamodb/shard-settings-store.ts";
import { shardLeadMs } from "#shared/events/shards/shards.ts";
import { toStringAttributes } from "#shared/platform/dynamodb/attributes.ts";
import { orgKey } from "#shared/platform/dynamodb/keys.ts";
import { anOrg } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { startStack, type TestStack } from "#test/support/stack.ts";

let stack: TestStack;
let store: AdminStore;
let reader: OrgReader;
const now = new Date("2026-05-11T08:30:00.000Z");
let orgs = 0;

beforeAll(async () => {
  stack = await startStack();
  store = createAdminStore(stack.dynamodb, stack.tables.config ?? "");
  reader = createOrgReader(stack.dynamodb, stack.tables.config ?? "");
});

function aNewOrg(over: Partial<Parameters<AdminStore["createOrg"]>[0]> = {}) {
  orgs += 1;
  return anOrg({ org_id: `org_contract_${orgs}`, slug: `contract-${orgs}`, ...over });
}

async function created(over: Parameters<typeof aNewOrg>[0] = {}) {
  const org = aNewOrg(over);
  await store.createOrg(org);
  return org;
}

describe("AdminStore for organisations", () => {
  it("returns an organisation as it was created, with and without optional fields", async () => {
    for (const org of [await created(), await created({ slug: null, account_number: null })]) {
      expect(await reader.get(org.org_id)).toEqual(org);
    }
    expect(await reader.get("org_none")).toBeNull();
  });

  it("returns default settings for an item without settings", async () => {
    const { org_id, name, created_at } = aNewOrg();
    const Item = toStringAttributes({ ...orgKey(org_id), org_id, name, created_at });
    await stack.dynamodb.send(new PutItemCommand({ TableName: stack.tables.config, Item }));
    const usual = {
      slug: null,
      account_number: null,
      time_zone: "UTC",
      robot_name: "System",
      shards: null,
      suspended_at: null,
    };
    expect(await reader.get(org_id)).toEqual({ org_id, name, created_at, ...usual });
  });

  it("updates only the given settings", async () => {
    const org = await created();
    const change = { time_zone: "Europe/Prague", account_number: "7" };
    expect(await store.updateOrg(org.org_id, change, now)).toEqual({ ...org, ...change });
    expect(await store.updateOrg(org.org_id, { name: undefined, robot_name: "Robot" }, now)).toEqual({
      ...org,
      ...change,
      robot_name: "Robot",
    });
    expect(await reader.get(org.org_id)).toEqual({ ...org, ...change, robot_name: "Robot" });
    expect(await store.updateOrg("org_none", change, now)).toBeNull();
  });

  it("suspends an organisation in its profile and in the list until it is resumed", async () => {
    const [org, other] = [await created(), await created()];
    const list = createSuspendedOrgReader(stack.dynamodb, stack.tables.config ?? "");
    const at = now.toISOString();
    expect(await store.suspendOrg(org.org_id, at)).toEqual({ ...org, suspended_at: at });
    expect(await store.suspendOrg(org.org_id, "2026-05-12T00:00:00.000Z")).toEqual({ ...org, suspended_at: at });
    const suspended = await list.list();
    expect([org, other].map(({ org_id }) => suspended.has(org_id))).toEqual([true, false]);
    expect(await store.updateOrg(org.org_id, { name: "New" }, now)).toMatchObject({ suspended_at: at });
    expect(await store.suspendOrg(org.org_id, null)).toEqual({ ...org, name: "New" });
    expect(await store.suspendOrg(org.org_id, null)).toEqual({ ...org, name: "New" });
    expect((await list.list()).has(org.org_id)).toBe(false);
    for (const when of [at, null]) expect(await store.suspendOrg("org_none", when)).toBeNull();
    expect((await list.list()).has("org_none")).toBe(false);
  });

  it("keeps both of two concurrent updates", async () => {
    const org = await created();
    await Promise.all([
      store.updateOrg(org.org_id, { name: "New" }, now),
      store.updateOrg(org.org_id, { time_zone: "Asia/Kolkata" }, now),
    ]).catch(() => store.updateOrg(org.org_id, { name: "New", time_zone: "Asia/Kolkata" }, now));
    expect(await reader.get(org.org_id)).toMatchObject({ name: "New", time_zone: "Asia/Kolkata" });
  });
});

describe("the slug of an organisation", () => {
  it("is moved by an update, which frees the old one", async () => {
    const org = await created();
    const before = org.slug;
    await store.updateOrg(org.org_id, { slug: `${before}-new` }, now);
    const heir = await created({ slug: before });
    expect((await reader.get(heir.org_id))?.slug).toBe(before);
    expect((await reader.get(org.org_id))?.slug).toBe(`${before}-new`);
    const error = await catchRejection(store.createOrg(aNewOrg({ slug: `${before}-new` })));
    expect([error.code, error.context.field]).toEqual(["conflict", "slug"]);
  });

  it("is rejected without a change when another organisation has it", async () => {
    const [org, other] = [await created(), await created()];
    const error = await catchRejection(store.updateOrg(org.org_id, { slug: other.slug ?? "", name: "Thief" }, now));
    expect([error.code, error.context.field]).toEqual(["conflict", "slug"]);
    expect(await reader.get(org.org_id)).toEqual(org);
  });

  it("can be set for the first time, and set again to the same value", async () => {
    const org = await created({ slug: null });
    const slug = `later-${orgs}`;
    expect(await store.updateOrg(org.org_id, { slug }, now)).toMatchObject({ slug });
    expect(await store.updateOrg(org.org_id, { slug }, now)).toMatchObject({ slug });
  });

  it("goes to one of two concurrent updates", async () => {
    const [left, right] = [await created(), await created()];
    const slug = `contested-${orgs}`;
    const outcomes = await Promise.allSettled(
      [left, right].map(({ org_id }) => store.updateOrg(org_id, { slug }, now)),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const after = await Promise.all([left, right].map(({ org_id }) => reader.get(org_id)));
    expect(after.filter((org) => org?.slug === slug)).toHaveLength(1);
  });
});

describe("the shards of an organisation", () => {
  const listed = async (orgId: string) => {
    const settings = await createShardSettingsReader(stack.dynamodb, stack.tables.config ?? "").read();
    return settings.get(orgId);
  };
  const later = (ms: number) => new Date(now.getTime() + ms);
  const at = (ms: number) => later(ms).toISOString();

  it("are in the list and the profile only after resharding", async () => {
    const org = await created();
    await store.updateOrg(org.org_id, { name: "New", shards: 1 }, now);
    expect(await listed(org.org_id)).toBeUndefined();
    const setting = { before: 1, count: 16, from: at(shardLeadMs) };
    expect(await store.updateOrg(org.org_id, { shards: 16 }, now)).toMatchObject({ name: "New", shards: setting });
    expect(await listed(org.org_id)).toEqual(setting);
    expect((await reader.get(org.org_id))?.shards).toEqual(setting);
  });

  it("keep their time when set again and when other settings change", async () => {
    const org = await created();
    const raised = await store.updateOrg(org.org_id, { shards: 4 }, now);
    await store.updateOrg(org.org_id, { shards: 4 }, later(shardLeadMs));
    await store.updateOrg(org.org_id, { slug: `other-${orgs}` }, later(shardLeadMs));
    expect(await listed(org.org_id)).toEqual(raised?.shards);
    expect((await reader.get(org.org_id))?.shards).toEqual(raised?.shards);
  });

  it("can be raised again, with the count in force until the new one applies", async () => {
    const org = await created();
    await store.updateOrg(org.org_id, { shards: 4 }, now);
    await store.updateOrg(org.org_id, { shards: 8 }, later(1_000));
    expect(await listed(org.org_id)).toEqual({ before: 1, count: 8, from: at(1_000 + shardLeadMs) });
    await store.updateOrg(org.org_id, { shards: 16 }, later(1_000 + shardLeadMs));
    expect(await listed(org.org_id)).toEqual({ before: 8, count: 16, from: at(1_000 + 2 * shardLeadMs) });
  });

  it("cannot be lowered, and nothing changes", async () => {
    const org = await created();
    await store.updateOrg(org.org_id, { shards: 8 }, now);
    const error = await catchRejection(store.updateOrg(org.org_id, { shards: 4, name: "New" }, later(shardLeadMs)));
    expect([error.code, error.context.field]).toEqual(["invalid_value", "shards"]);
    expect(error.message).toMatch(/has 8 shards. The number can only be increased/);
    expect(await reader.get(org.org_id)).toMatchObject({ name: org.name, shards: { count: 8 } });
  });

  it("raised concurrently are never fewer than in the list", async () => {
    const org = await created();
    const wishes = [4, 8, 16, 32] as const;
    const outcomes = await Promise.allSettled(wishes.map((shards) => store.updateOrg(org.org_id, { shards }, now)));
    const granted = wishes.filter((_, wish) => outcomes[wish]?.status === "fulfilled");
    expect(granted.length).toBeGreaterThan(0);
    expect((await listed(org.org_id))?.count).toBe(Math.max(...granted));
    expect((await reader.get(org.org_id))?.shards).toEqual(await listed(org.org_id));
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import type { AdminStore } from "#shared/auth/admin/admin.ts";
import type { Token } from "#shared/auth/caller.ts";
import { createAdminStore } from "#shared/auth/dynamodb/admin-store.ts";
import { createOrgTokenStore } from "#shared/auth/dynamodb/org-token-store.ts";
import type { OrgTokenStore } from "#shared/auth/org-tokens.ts";
import { anOrg, aSecret, aToken } from "#test/support/builders.ts";
import { memoryOrgTokens } from "#test/support/memory/org-tokens.ts";
import { startStack } from "#test/support/stack.ts";

const early = "2026-05-01T00:00:00.000Z";
const late = "2026-05-02T00:00:00.000Z";
const a = "org_a";
const b = "org_b";

/** Tokens of two organisations; every third one of both. */
const all: readonly Token[] = Array.from({ length: 9 }, (_, at) =>
  aToken({ org_ids: at % 3 === 0 ? [a, b] : [at % 3 === 1 ? a : b] }, aSecret(at)),
);
const [shared = aToken(), single = aToken()] = all;

let admin: AdminStore;
let stored: OrgTokenStore;

beforeAll(async () => {
  const stack = await startStack();
  admin = createAdminStore(stack.dynamodb, stack.tables.config ?? "");
  stored = createOrgTokenStore(stack.dynamodb, stack.tables.config ?? "");
  for (const org_id of [a, b]) await admin.createOrg(anOrg({ org_id, slug: null }));
  for (const token of all) await admin.createToken(token);
});

const memory = memoryOrgTokens(all);

describe.each([
  ["on DynamoDB", () => stored],
  ["in memory", () => memory],
])("OrgTokenStore %s", (_, store) => {
  it.each([1, 2, 3, 6, 100])("lists the tokens of an organisation by id, in pages of %i", async (limit) => {
    for (const orgId of [a, b]) {
      const found: Token[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<OrgTokenStore["list"]>> = await store().list(orgId, { limit, after });
        expect(page.tokens.length).toBeLessThanOrEqual(limit);
        found.push(...page.tokens);
        after = page.next;
      } while (after !== null);
      const expected = all.filter(({ org_ids }) => org_ids.includes(orgId)).map(({ token_id }) => token_id);
      expect(found.map(({ token_id }) => token_id)).toEqual(expected.sort());
    }
  });

  it("begins after any id", async () => {
    const { tokens } = await store().list(a, { limit: 100, after: `tok_${"f".repeat(32)}` });
    expect(tokens).toEqual([]);
    expect((await store().list("org_none", { limit: 1, after: null })).next).toBeNull();
  });

  it("revokes the access to one organisation, and keeps its first time", async () => {
    const { token_id } = shared;
    expect(await store().revoke(token_id, { orgId: a, at: early, isLast: false })).toEqual({
      ...shared,
      revoked_orgs: { [a]: early },
    });
    await store().revoke(token_id, { orgId: a, at: late, isLast: false });
    expect(await store().get(token_id)).toEqual({ ...shared, revoked_orgs: { [a]: early } });
    const last = await store().revoke(token_id, { orgId: b, at: late, isLast: true });
    expect(last).toEqual({ ...shared, revoked_orgs: { [a]: early, [b]: late }, revoked_at: late });
  });

  it("keeps the time of an earlier revocation of the token", async () => {
    await store().revoke(single.token_id, { orgId: a, at: early, isLast: true });
    await store().revoke(single.token_id, { orgId: a, at: late, isLast: true });
    expect(await store().get(single.token_id)).toMatchObject({ revoked_at: early, revoked_orgs: { [a]: early } });
  });

  it("revokes nothing that does not exist", async () => {
    const unknown = `tok_${"0".repeat(32)}`;
    expect(await store().get(unknown)).toBeNull();
    expect(await store().revoke(unknown, { orgId: a, at: early, isLast: true })).toBeNull();
    expect(await store().get(unknown)).toBeNull();
  });
});

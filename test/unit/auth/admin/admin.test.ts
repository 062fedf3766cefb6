import { describe, expect, it, vi } from "vitest";
import { type AdminStore, handleAdminRequest } from "#shared/auth/admin/admin.ts";
import { type AdminRequest, adminRequestSchema } from "#shared/auth/admin/admin-request.ts";
import { hashToken, toTokenId } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { noEndpoints } from "#test/support/api/token-endpoints.ts";
import { aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryViewerKeys } from "#test/support/memory/viewer-keys.ts";

const org = {
  org_id: "org_a",
  name: "Acme",
  slug: "acme",
  account_number: null,
  time_zone: "UTC",
  robot_name: "System",
  shards: null,
  created_at: "2026-01-01T00:00:00.000Z",
  suspended_at: null,
};

function aStore() {
  return {
    createOrg: vi.fn<AdminStore["createOrg"]>(async () => undefined),
    updateOrg: vi.fn<AdminStore["updateOrg"]>(async (_, change) => ({ ...org, ...definedFields(change) })),
    suspendOrg: async (_: string, at: string | null) => ({ ...org, suspended_at: at }),
    listOrgs: async () => [org],
    createToken: vi.fn<AdminStore["createToken"]>(async () => undefined),
    listTokens: async () => [aToken()],
    revokeToken: async (_: string, at: string) => aToken({ revoked_at: at }),
  };
}

/** Returns the defined fields of a change: a setting that the request omits is `undefined`. */
const definedFields = (change: object) => JSON.parse(JSON.stringify(change));

const random = new Uint8Array(20).fill(7);
const ask = (request: AdminRequest, store: AdminStore = aStore(), endpoints = noEndpoints) =>
  handleAdminRequest({ store, endpoints, viewerKeys: memoryViewerKeys(), now: testNow, random }, request);

const wish = { action: "token.create", org_ids: ["org_a"], scopes: ["AIBooks.activity.READ"] } as const;
const aWish = (over: { expires_at?: string } = {}): AdminRequest => ({
  ...wish,
  org_ids: [...wish.org_ids],
  scopes: [...wish.scopes],
  ...over,
});

describe("handleAdminRequest for an organisation", () => {
  it("creates it with its name and slug", async () => {
    const store = aStore();
    const answer = await ask({ action: "org.create", org_id: "org_a", name: "Acme", slug: "acme" }, store);
    expect(answer).toEqual({ org: { ...org, created_at: testNow.toISOString() } });
    expect(store.createOrg.mock.calls).toEqual([[{ ...org, created_at: testNow.toISOString() }]]);
  });

  it("uses the id as the name by default", async () => {
    expect(await ask({ action: "org.create", org_id: "org_a" })).toMatchObject({ org: { name: "org_a", slug: null } });
  });

  it("propagates the store's conflict when it exists", async () => {
    const conflict = new ActivityError("conflict", "The organisation org_a exists already.");
    const store = { ...aStore(), createOrg: () => Promise.reject(conflict) };
    expect(await catchRejection(ask({ action: "org.create", org_id: "org_a" }, store))).toBe(conflict);
  });

  it("sets settings at creation or later", async () => {
    const settings = { account_number: "1001", time_zone: "Europe/Prague", robot_name: "Robot" };
    const store = aStore();
    expect(await ask({ action: "org.create", org_id: "org_a", ...settings }, store)).toMatchObject({ org: settings });
    expect(store.createOrg.mock.calls).toMatchObject([[settings]]);
    const change = { slug: "acme-2", time_zone: "Asia/Kolkata" };
    expect(await ask({ action: "org.update", org_id: "org_a", ...change }, store)).toEqual({
      org: { ...org, ...change },
    });
    expect(store.updateOrg.mock.calls).toEqual([["org_a", change, testNow]]);
  });

  it("passes a raised shard count and the time to the store", async () => {
    const store = aStore();
    await ask({ action: "org.update", org_id: "org_a", shards: 16 }, store);
    expect(store.updateOrg.mock.calls).toEqual([["org_a", { shards: 16 }, testNow]]);
    expect(adminRequestSchema.safeParse({ action: "org.create", org_id: "org_a", shards: 16 }).success).toBe(false);
  });

  it("throws not_found when it does not exist", async () => {
    const store = { ...aStore(), updateOrg: async () => null };
    const error = await catchRejection(ask({ action: "org.update", org_id: "org_x", name: "X" }, store));
    expect([error.code, error.context.field]).toEqual(["not_found", "org_id"]);
  });

  it.each([
    ["time_zone", "Mars/Olympus"],
    ["time_zone", "+05:30"],
    ["time_zone", ""],
    ["slug", "Acme"],
    ["slug", "a/b"],
    ["account_number", ""],
    ["account_number", "1\n2"],
    ["robot_name", ""],
    ["shards", 0],
    ["shards", 3],
    ["shards", 64],
    ["shards", "16"],
  ])("rejects the %s %j", (field, value) => {
    expect(adminRequestSchema.safeParse({ action: "org.update", org_id: "org_a", [field]: value }).success).toBe(false);
  });

  it.each(["UTC", "Europe/Prague", "Asia/Kolkata", "America/St_Johns"])("accepts the time zone %s", (time_zone) => {
    expect(adminRequestSchema.safeParse({ action: "org.update", org_id: "org_a", time_zone }).success).toBe(true);
  });

  it("lists it", async () => expect(await ask({ action: "org.list" })).toEqual({ orgs: [org] }));
});

describe("handleAdminRequest for a token", () => {
  it("returns the secret once and stores only its hash", async () => {
    const store = aStore();
    const answer = await ask(aWish(), store);
    const hash = hashToken(aSecret());
    expect(answer).toMatchObject({ secret: aSecret(), token: { token_id: toTokenId(hash), expires_at: null } });
    expect(store.createToken.mock.calls).toEqual([[aToken({ org_ids: ["org_a"], created_at: testNow.toISOString() })]]);
    expect(JSON.stringify(store.createToken.mock.calls)).not.toContain(aSecret());
  });

  it("never returns the hash", async () => {
    const answers = [
      await ask(aWish()),
      await ask({ action: "token.list", org_id: "org_a" }),
      await ask({ action: "token.revoke", token_id: aToken().token_id }),
    ];
    for (const answer of answers) {
      expect(JSON.stringify(answer)).toContain(aToken().token_id);
      expect(JSON.stringify(answer)).not.toContain(aToken().hash);
    }
  });

  it("stores each organisation and scope once", async () => {
    const answer = await ask({
      action: "token.create",
      org_ids: ["org_a", "org_b", "org_a"],
      scopes: ["AIBooks.activity.READ", "AIBooks.activity.READ"],
    });
    expect(answer).toMatchObject({ token: { org_ids: ["org_a", "org_b"], scopes: ["AIBooks.activity.READ"] } });
  });

  it("stores an expiry in the future, in UTC", async () => {
    const answer = await ask(aWish({ expires_at: "2026-09-01T00:00:00+05:30" }));
    expect(answer).toMatchObject({ token: { expires_at: "2026-08-31T18:30:00.000Z" } });
  });

  it.each(["soon", "2026-02-30", "2026-06-01T12:00:30Z", "2020-01-01", ""])(
    "rejects the expiry %j",
    async (expires_at) => {
      const error = await catchRejection(ask(aWish({ expires_at })));
      expect([error.code, error.context.field]).toEqual(["invalid_value", "expires_at"]);
    },
  );

  it("revokes it as of now", async () => {
    const answer = await ask({ action: "token.revoke", token_id: aToken().token_id });
    expect(answer).toMatchObject({ token: { revoked_at: testNow.toISOString() } });
  });

  it("throws not_found when it is unknown", async () => {
    const store = { ...aStore(), revokeToken: async () => null };
    expect((await catchRejection(ask({ action: "token.revoke", token_id: aToken().token_id }, store))).code).toBe(
      "not_found",
    );
  });
});

describe("adminRequestSchema", () => {
  it.each<unknown>([
    undefined,
    null,
    {},
    [],
    "org.list",
    { action: "org.delete" },
    { action: "org.list", extra: 1 },
    { action: "org.create" },
    { action: "org.create", org_id: "a b" },
    { action: "org.create", org_id: "a", name: "" },
    { action: "org.create", org_id: "a", slug: "Not A Slug" },
    { ...wish, org_ids: [] },
    { ...wish, org_ids: Array(21).fill("org_a") },
    { ...wish, org_ids: ["org a"] },
    { ...wish, scopes: [] },
    { ...wish, scopes: ["everything"] },
    { ...wish, user_id: "" },
    { ...wish, expires_at: 5 },
    { action: "token.list" },
    { action: "token.revoke", token_id: "tok_1" },
  ])("rejects %j", (request) => expect(adminRequestSchema.safeParse(request).success).toBe(false));
});

describe("handleAdminRequest for a key of the SimplyBooks dialect", () => {
  it("creates a read-only token of one organisation with the prefix of a key", async () => {
    const store = aStore();
    const answer = await ask({ action: "key.create", org_id: "org_a", user_id: "usr_1" }, store);
    expect(answer).toMatchObject({ secret: expect.stringMatching(/^simplybooks_key_/) });
    const [[token] = []] = store.createToken.mock.calls;
    expect(token).toMatchObject({ org_ids: ["org_a"], scopes: ["AIBooks.activity.READ"], user_id: "usr_1" });
    expect(answer).toMatchObject({ token: { token_id: token?.token_id, expires_at: null } });
  });
});

describe("handleAdminRequest for an API client of the Fakturoid dialect", () => {
  it("creates a token that can only request access tokens", async () => {
    const store = aStore();
    const answer = await ask({ action: "client.create", org_id: "org_a" }, store);
    const [[token] = []] = store.createToken.mock.calls;
    expect(token).toMatchObject({ org_ids: ["org_a"], scopes: ["Fakturoid.oauth.CLIENT"], client_id: null });
    expect(answer).toEqual({
      client: { client_id: token?.token_id, org_id: "org_a", slug: "acme" },
      secret: expect.stringMatching(/^fakturoid_secret_/),
    });
  });

  it("throws when the organisation has no slug", async () => {
    const store = { ...aStore(), updateOrg: async () => ({ ...org, slug: null }) };
    const error = await catchRejection(ask({ action: "client.create", org_id: "org_a" }, store));
    expect([error.code, error.context.field]).toEqual(["invalid_value", "slug"]);
    expect(store.createToken).not.toHaveBeenCalled();
  });
});

it("handleAdminRequest suspends an organisation as of now, resumes it, and throws for an unknown one", async () => {
  const suspendOrg = vi.fn<AdminStore["suspendOrg"]>(async (_, at) => ({ ...org, suspended_at: at }));
  const store = { ...aStore(), suspendOrg };
  const at = testNow.toISOString();
  expect(await ask({ action: "org.suspend", org_id: "org_a" }, store)).toEqual({ org: { ...org, suspended_at: at } });
  expect(await ask({ action: "org.resume", org_id: "org_a" }, store)).toEqual({ org });
  expect(suspendOrg.mock.calls).toEqual([
    ["org_a", at],
    ["org_a", null],
  ]);
  suspendOrg.mockResolvedValue(null);
  expect((await catchRejection(ask({ action: "org.suspend", org_id: "org_z" }, store))).code).toBe("not_found");
});

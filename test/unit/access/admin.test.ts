import { describe, expect, it, vi } from "vitest";
import { type AdminRequest, type AdminStore, administer, adminRequest } from "../../../shared/access/admin.ts";
import { tokenHash, tokenIdOfHash } from "../../../shared/access/token.ts";
import { ActivityError } from "../../../shared/events/errors.ts";
import { aSecret, aToken, testNow } from "../../support/builders.ts";
import { refusalOf } from "../../support/refusal.ts";

const org = { org_id: "org_a", name: "Acme", slug: "acme", created_at: "2026-01-01T00:00:00.000Z" };

function aStore() {
  return {
    createOrg: vi.fn<AdminStore["createOrg"]>(async () => undefined),
    listOrgs: async () => [org],
    createToken: vi.fn<AdminStore["createToken"]>(async () => undefined),
    listTokens: async () => [aToken()],
    revokeToken: async (_: string, at: string) => aToken({ revoked_at: at }),
  };
}

const random = new Uint8Array(20).fill(7);
const ask = (request: AdminRequest, store: AdminStore = aStore()) =>
  administer({ store, now: testNow, random }, request);

const wish = { action: "token.create", org_ids: ["org_a"], scopes: ["AIBooks.activity.READ"] } as const;
const aWish = (over: { expires_at?: string } = {}): AdminRequest => ({
  ...wish,
  org_ids: [...wish.org_ids],
  scopes: [...wish.scopes],
  ...over,
});

describe("an organisation", () => {
  it("is created with its name and slug", async () => {
    const store = aStore();
    const answer = await ask({ action: "org.create", org_id: "org_a", name: "Acme", slug: "acme" }, store);
    expect(answer).toEqual({ org: { ...org, created_at: testNow.toISOString() } });
    expect(store.createOrg.mock.calls).toEqual([[{ ...org, created_at: testNow.toISOString() }]]);
  });

  it("is called by its id where it has no name", async () => {
    expect(await ask({ action: "org.create", org_id: "org_a" })).toMatchObject({ org: { name: "org_a", slug: null } });
  });

  it("that exists is refused as the store refuses it", async () => {
    const conflict = new ActivityError("conflict", "The organisation org_a exists already.");
    const store = { ...aStore(), createOrg: () => Promise.reject(conflict) };
    expect(await refusalOf(ask({ action: "org.create", org_id: "org_a" }, store))).toBe(conflict);
  });

  it("is listed", async () => expect(await ask({ action: "org.list" })).toEqual({ orgs: [org] }));
});

describe("a token", () => {
  it("is issued: the secret goes to the administrator, its hash to the store", async () => {
    const store = aStore();
    const answer = await ask(aWish(), store);
    const hash = tokenHash(aSecret());
    expect(answer).toMatchObject({ secret: aSecret(), token: { token_id: tokenIdOfHash(hash), expires_at: null } });
    expect(store.createToken.mock.calls).toEqual([[aToken({ org_ids: ["org_a"], created_at: testNow.toISOString() })]]);
    expect(JSON.stringify(store.createToken.mock.calls)).not.toContain(aSecret());
  });

  it("never shows its hash", async () => {
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

  it("is bound to each organisation and scope once", async () => {
    const answer = await ask({
      action: "token.create",
      org_ids: ["org_a", "org_b", "org_a"],
      scopes: ["AIBooks.activity.READ", "AIBooks.activity.READ"],
    });
    expect(answer).toMatchObject({ token: { org_ids: ["org_a", "org_b"], scopes: ["AIBooks.activity.READ"] } });
  });

  it("ends in the future, in UTC", async () => {
    const answer = await ask(aWish({ expires_at: "2026-09-01T00:00:00+05:30" }));
    expect(answer).toMatchObject({ token: { expires_at: "2026-08-31T18:30:00.000Z" } });
  });

  it.each(["soon", "2026-02-30", "2026-06-01T12:00:30Z", "2020-01-01", ""])("does not end %j", async (expires_at) => {
    const error = await refusalOf(ask(aWish({ expires_at })));
    expect([error.code, error.facts.field]).toEqual(["invalid_value", "expires_at"]);
  });

  it("is revoked as of now", async () => {
    const answer = await ask({ action: "token.revoke", token_id: aToken().token_id });
    expect(answer).toMatchObject({ token: { revoked_at: testNow.toISOString() } });
  });

  it("that is unknown cannot be revoked", async () => {
    const store = { ...aStore(), revokeToken: async () => null };
    expect((await refusalOf(ask({ action: "token.revoke", token_id: aToken().token_id }, store))).code).toBe(
      "not_found",
    );
  });
});

describe("a malformed request", () => {
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
  ])("is not accepted: %j", (request) => expect(adminRequest.safeParse(request).success).toBe(false));
});

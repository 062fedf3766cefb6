import { describe, expect, it } from "vitest";
import type { HttpRequest, RequestContext } from "#shared/api/http/request.ts";
import { createTokensHandler } from "#shared/api/tokens/handler.ts";
import type { Token } from "#shared/auth/caller.ts";
import { revokeOrgToken } from "#shared/auth/org-tokens.ts";
import { anActiveToken, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryOrgTokens } from "#test/support/memory/org-tokens.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { signedViewerToken } from "#test/support/viewer-tokens.ts";

const read = "AIBooks.tokens.READ";
const manage = "AIBooks.tokens.MANAGE";
const [own = ""] = aToken().org_ids;
const other = "org_other";
const used = "2026-06-01T11:00:00.000Z";
const now = testNow.toISOString();

/** The handler over the tokens of organisations, asked by a caller with these properties. */
function api(stored: readonly Token[], caller: Partial<Token> = {}) {
  const asking = aToken({ scopes: [read, manage], ...caller });
  const context: RequestContext = { responseHeaders: {}, auditFields: {} };
  const orgTokens = memoryOrgTokens([asking, ...stored]);
  const tokens = tokenPorts(() => asking);
  const handle = createTokensHandler({ tokens, orgTokens, now: () => testNow });
  const ask = (target: string, over: Partial<HttpRequest> = {}) =>
    handle(aRequest(`/api/public/v1/tokens${target}`, over), context);
  const revoke = async (id: string) => JSON.parse((await ask(`/${id}/revoke`, { method: "POST" })).body).token;
  const list = async (query = "") => JSON.parse((await ask(query)).body);
  return { ask, revoke, list, context, tokens, asking, orgTokens };
}

const stored = (byte: number, over: Partial<Token> = {}) => aToken(over, aSecret(byte));

describe("list_tokens", () => {
  it("returns the tokens of the organisation without hashes, and of no other", async () => {
    const token = stored(1, { user_id: "usr_1", last_used_at: used });
    const { list, asking, context } = api([token, stored(2, { org_ids: [other] })]);
    const { tokens, page_context } = await list();
    expect(tokens.map((found: Token) => found.token_id)).toEqual([token.token_id, asking.token_id].sort());
    expect(tokens.find((found: Token) => found.token_id === token.token_id)).toEqual({
      token_id: token.token_id,
      user_id: "usr_1",
      scopes: ["AIBooks.activity.READ"],
      org_ids: [own],
      created_at: "2026-01-01T00:00:00.000Z",
      expires_at: null,
      revoked_at: null,
      last_used_at: used,
    });
    expect(page_context).toEqual({ limit: 100, returned: 2, has_more_page: false });
    expect(context.auditFields).toMatchObject({ route: "list_tokens", count: 2, token_id: asking.token_id });
  });

  it("leads through all tokens by pages", async () => {
    const { ask, asking } = api([1, 2, 3, 4].map((byte) => stored(byte)));
    const found: string[] = [];
    for (let target: string | null = "?limit=2"; target !== null; ) {
      const { body, headers } = await ask(target);
      found.push(...JSON.parse(body).tokens.map((token: Token) => token.token_id));
      target = /tokens(\?[^>]*)>; rel="next"/.exec(headers.link ?? "")?.[1] ?? null;
    }
    const expected = [asking, ...[1, 2, 3, 4].map((byte) => stored(byte))].map(({ token_id }) => token_id);
    expect(found).toEqual(expected.sort());
  });

  it.each(["?limit=0", "?limit=101", "?cursor=tok_1", "?limt=1", "?limit=1&limit=2"])("refuses %s", async (query) => {
    expect((await catchRejection(api([]).ask(query))).code).toBe("invalid_value");
  });

  it("names no organisation that the caller's token has no access to, nor when the token was used for it", async () => {
    const shared = stored(1, { org_ids: [own, other], last_used_at: used });
    const listed = async (caller: Partial<Token>) => {
      const headers = { authorization: `Bearer ${aSecret()}`, "x-aibooks-org": own };
      const { body } = await api([shared], caller).ask("", { headers });
      return JSON.parse(body).tokens.find((token: Token) => token.token_id === shared.token_id);
    };
    const ofOne = await listed({});
    expect(ofOne).toMatchObject({ org_ids: [own], last_used_at: null });
    expect(JSON.stringify(ofOne)).not.toContain(other);
    expect(await listed({ org_ids: [own, other] })).toMatchObject({ org_ids: [own, other], last_used_at: used });
  });
});

describe("revoke_token", () => {
  it("revokes a token, and returns the first time when it is revoked again", async () => {
    const token = stored(1);
    const { revoke, orgTokens, context } = api([token]);
    expect(await revoke(token.token_id)).toMatchObject({ token_id: token.token_id, revoked_at: now });
    expect(await orgTokens.get(token.token_id)).toMatchObject({ revoked_at: now });
    expect(context.auditFields).toMatchObject({ route: "revoke_token", revoked_token_id: token.token_id });
    expect(await revoke(token.token_id)).toMatchObject({ revoked_at: now });
    const earlier = stored(2, { revoked_at: used });
    expect(await api([earlier]).revoke(earlier.token_id)).toMatchObject({ revoked_at: used });
  });

  it("revokes the caller's own token", async () => {
    const { revoke, asking } = api([]);
    expect(await revoke(asking.token_id)).toMatchObject({ token_id: asking.token_id, revoked_at: now });
  });

  it("ends only the access to the caller's organisation, and looks the same", async () => {
    const shared = stored(1, { org_ids: [own, other] });
    const { revoke, orgTokens, list } = api([shared]);
    const alone = await api([stored(1)]).revoke(shared.token_id);
    expect(await revoke(shared.token_id)).toEqual(alone);
    expect(await orgTokens.get(shared.token_id)).toMatchObject({ revoked_at: null, revoked_orgs: { [own]: now } });
    const { tokens } = await list();
    expect(tokens).toContainEqual(alone);
  });

  it("revokes the token itself once no organisation remains", async () => {
    const shared = stored(1, { org_ids: [own, other], revoked_orgs: { [other]: used } });
    const { revoke, orgTokens } = api([shared]);
    expect(await revoke(shared.token_id)).toMatchObject({ org_ids: [own], revoked_at: now });
    expect(await orgTokens.get(shared.token_id)).toMatchObject({ revoked_at: now });
  });

  it("revokes the token itself when its last two organisations revoke it concurrently", async () => {
    const shared = stored(1, { org_ids: [own, other] });
    const store = memoryOrgTokens([shared]);
    const revokeFor = (org_id: string) =>
      revokeOrgToken(store, { org_id, token: anActiveToken({ org_ids: [org_id] }) }, shared.token_id, testNow);
    await Promise.all([revokeFor(own), revokeFor(other)]);
    expect(await store.get(shared.token_id)).toMatchObject({ revoked_at: now });
  });

  it("responds alike for an unknown, a malformed and another organisation's token, and revokes nothing", async () => {
    const foreign = stored(1, { org_ids: [other] });
    const { ask, orgTokens } = api([foreign]);
    const errors = [];
    for (const id of [foreign.token_id, `tok_${"0".repeat(32)}`, "tok_1", "%"]) {
      errors.push(await catchRejection(ask(`/${id}/revoke`, { method: "POST" })));
    }
    expect(new Set(errors.map(({ code, message }) => `${code} ${message}`)).size).toBe(1);
    expect(errors[0]?.code).toBe("not_found");
    expect(await orgTokens.get(foreign.token_id)).toEqual(foreign);
  });
});

describe("the tokens API", () => {
  it.each([
    ["listing", "", "GET", [manage]],
    ["revoking", `/${aToken().token_id}/revoke`, "POST", [read]],
    ["listing", "", "GET", ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE", "AIBooks.viewer_tokens.CREATE"]],
  ])("requires the scope for %s", async (_, target, method, scopes) => {
    const { ask, orgTokens, asking } = api([], { scopes });
    expect((await catchRejection(ask(target, { method }))).code).toBe("scope_missing");
    expect(await orgTokens.get(asking.token_id)).toEqual(asking);
  });

  it("is closed to viewer tokens, without a call of a store", async () => {
    const { ask, tokens } = api([]);
    const headers = { authorization: `Bearer ${signedViewerToken()}` };
    expect((await catchRejection(ask("", { headers }))).code).toBe("unauthenticated");
    expect(tokens.get.mock.calls).toEqual([]);
  });

  it("counts requests, and refuses one over the limit", async () => {
    const { ask, context } = api([]);
    await ask("");
    expect(context.responseHeaders).toMatchObject({ "x-ratelimit-limit": "600", "x-ratelimit-remaining": "599" });
    const asking = aToken({ scopes: [read] });
    const handle = createTokensHandler({
      tokens: tokenPorts(() => asking, 601),
      orgTokens: memoryOrgTokens([asking]),
      now: () => testNow,
    });
    const over = { responseHeaders: {}, auditFields: {} };
    expect((await catchRejection(handle(aRequest("/api/public/v1/tokens"), over))).code).toBe("rate_limited");
  });

  it("has no other methods", async () => {
    const { ask, asking } = api([]);
    expect((await catchRejection(ask(`/${asking.token_id}`, { method: "DELETE" }))).code).toBe("not_found");
    expect((await catchRejection(ask("", { method: "POST" }))).code).toBe("method_not_allowed");
  });
});

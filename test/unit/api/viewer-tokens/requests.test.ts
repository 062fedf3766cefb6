import { describe, expect, it } from "vitest";
import { createFakturoidHandler } from "#shared/api/fakturoid/handler.ts";
import { createSimplybooksHandler } from "#shared/api/simplybooks/handler.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { toJsonText } from "#shared/events/event.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { webhooksApi } from "#test/support/api/webhooks-dialect.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import { aViewerToken, signedViewerToken } from "#test/support/viewer-tokens.ts";

const feed = "/api/public/v1/activity";
const issuer = aToken({ token_id: aViewerToken().issuer_token_id });

function request(target: string, viewer: Partial<ViewerToken> = {}, headers: Record<string, string> = {}) {
  return aRequest(target, { headers: { authorization: `Bearer ${signedViewerToken(viewer)}`, ...headers } });
}

/** Returns a token with the payload of another one, and its own signature. */
function withOtherPayload(token: string): string {
  const [head, , signature] = token.split(".");
  return `${head}.${signedViewerToken({ org_id: "org_2" }).split(".")[1]}.${signature}`;
}

describe("a request with a viewer token", () => {
  it("reads within its limits, counts for the issuer, and is logged with both ids", async () => {
    const { answer, read, count, trace } = dialect({ token: issuer });
    expect((await answer(request(feed, { entity_type: "INVOICE", entity_id: "inv_1" }))).status).toBe(200);
    expect(read.mock.calls[0]?.[0]).toMatchObject({ entity_type: "INVOICE", entity_id: "inv_1" });
    expect(count.mock.calls[0]?.[0]).toEqual({ holder: issuer.token_id, hash: null, isAccessToken: false });
    expect(trace.auditFields).toMatchObject({
      token_id: issuer.token_id,
      viewer_token_id: aViewerToken().viewer_token_id,
      entity_id: "inv_1",
    });
  });

  it("reads the index of its contact", async () => {
    const { answer, read } = dialect({ token: issuer });
    await answer(request(feed, { contact_id: "con_1" }));
    expect(read.mock.calls[0]?.[0]).toMatchObject({ contact_id: "con_1" });
  });

  it("shows no hidden field", async () => {
    const metadata = toJsonText({ ip: "203.0.113.4", source: "WEB" });
    const { answer } = dialect({ token: issuer, page: { events: [anEvent({ metadata })], next: null } });
    expect((await answer(request(feed))).body).toContain('"metadata":{"source":"WEB"}');
  });

  it.each([
    ["another document", `${feed}?entity_id=inv_2`, { entity_type: "INVOICE", entity_id: "inv_1" }],
    ["another timeline", "/api/public/v1/invoices/inv_2/activity", { entity_type: "INVOICE", entity_id: "inv_1" }],
    ["another type", "/api/public/v1/bills/inv_1/activity", { entity_type: "INVOICE", entity_id: "inv_1" }],
    ["another actor", `${feed}?actor_user_id=usr_2`, { actor_user_id: "usr_1" }],
    ["an actor although actors are hidden", `${feed}?actor_user_id=usr_2`, { hide: ["actor"] }],
  ])("is refused when it names %s", async (_, target, viewer) => {
    const { answer } = dialect({ token: issuer });
    expect((await catchRejection(answer(request(target, viewer)))).code).toBe("outside_viewer_limits");
  });

  it("is refused when it names another organisation", async () => {
    const { answer, read } = dialect({ token: { ...issuer, org_ids: [aViewerToken().org_id, "org_2"] } });
    const error = await catchRejection(answer(request(feed, {}, { "x-aibooks-org": "org_2" })));
    expect([error.code, read.mock.calls]).toEqual(["org_mismatch", []]);
  });

  it.each([
    ["is expired", request(feed, { expires_at: testNow.toISOString() })],
    ["is forged", aRequest(feed, { headers: { authorization: `Bearer ${withOtherPayload(signedViewerToken())}` } })],
    ["is incomplete", aRequest(feed, { headers: { authorization: "Bearer aibooks_view_" } })],
  ])("is refused without a call of a store when the token %s", async (_, refused) => {
    const { answer, get, count, read } = dialect({ token: issuer });
    expect((await catchRejection(answer(refused))).code).toBe("unauthenticated");
    expect([get.mock.calls, count.mock.calls, read.mock.calls]).toEqual([[], [], []]);
  });

  it.each([
    ["is revoked", { revoked_at: testNow.toISOString() }, "unauthenticated"],
    ["has expired", { expires_at: testNow.toISOString() }, "unauthenticated"],
    ["is no longer bound to the organisation", { org_ids: ["org_2"] }, "org_mismatch"],
    ["lacks the scope", { scopes: ["AIBooks.webhooks.MANAGE"] }, "scope_missing"],
  ])("is refused when its issuer %s", async (_, over, code) => {
    const { answer } = dialect({ token: { ...issuer, ...over } });
    expect((await catchRejection(answer(request(feed)))).code).toBe(code);
  });

  it("is refused when the organisation is suspended", async () => {
    const { answer } = dialect({ token: issuer, suspended: [aViewerToken().org_id] });
    expect((await catchRejection(answer(request(feed)))).code).toBe("org_suspended");
  });

  it("leaves a fifth of the rate limit to the issuer", async () => {
    const { answer, trace } = dialect({ token: issuer, used: 480 });
    expect((await answer(request(feed))).status).toBe(200);
    expect(trace.responseHeaders).toMatchObject({ "x-ratelimit-limit": "480", "x-ratelimit-remaining": "0" });
    const over = dialect({ token: issuer, used: 481 });
    const error = await catchRejection(over.answer(request(feed)));
    expect(error).toMatchObject({ code: "rate_limited", message: expect.stringContaining("More than 480 requests") });
    const headers = { authorization: `Bearer ${aSecret(7)}` };
    expect((await dialect({ token: issuer, used: 481 }).answer(aRequest(feed, { headers }))).status).toBe(200);
  });

  it("is refused when the issuer has used up its rate limit", async () => {
    const { answer } = dialect({ token: issuer, used: 601 });
    expect((await catchRejection(answer(request(feed)))).code).toBe("rate_limited");
  });

  it("allows its own origins, also to read that it has expired", async () => {
    const { answer, trace } = dialect({ token: issuer });
    const origin = "https://app.example.com";
    expect((await answer(request(feed, {}, { origin }))).status).toBe(200);
    expect(trace.viewerOrigins).toEqual([origin]);
    await catchRejection(answer(request(feed, { expires_at: testNow.toISOString(), origins: ["https://b.example"] })));
    expect(trace.viewerOrigins).toEqual(["https://b.example"]);
  });

  it("lets any page read that its token is of no known key, so that the page asks for another one", async () => {
    const { answer, trace } = dialect({ token: issuer });
    const origin = "https://app.example.com";
    const headers = { authorization: `Bearer ${signedViewerToken().slice(0, -4)}AAAA`, origin };
    expect((await catchRejection(answer(aRequest(feed, { headers })))).code).toBe("unauthenticated");
    expect(trace.viewerOrigins).toEqual([origin]);
  });

  it.each(["https://evil.example", "null", "https://app.example.com.evil.example", "http://app.example.com", ""])(
    "is refused from pages of %j",
    async (origin) => {
      const { answer, count } = dialect({ token: issuer });
      const error = await catchRejection(answer(request(feed, {}, { origin })));
      expect([error.code, count.mock.calls]).toEqual(["outside_viewer_limits", []]);
    },
  );

  it("continues no page of another contact", async () => {
    const next = anEvent();
    const { answer } = dialect({ token: issuer, page: { events: [next], next } });
    const page = await answer(request(feed, { contact_id: "con_1" }));
    const cursor = /cursor=([^>]+)>/.exec(page.headers.link ?? "")?.[1];
    expect((await answer(request(`${feed}?cursor=${cursor}`, { contact_id: "con_1" }))).status).toBe(200);
    const error = await catchRejection(answer(request(`${feed}?cursor=${cursor}`, { contact_id: "con_2" })));
    expect(error).toMatchObject({ code: "invalid_value", context: { field: "cursor" } });
  });

  it("does not get numbers, which tell how many events the organisation has", async () => {
    const { answer } = dialect({ token: issuer });
    const error = await catchRejection(answer(request(`${feed}?include=sequence`)));
    expect(error).toMatchObject({ code: "invalid_value", context: { field: "include" } });
  });

  it("has another ETag when other fields are hidden", async () => {
    const metadata = toJsonText({ ip: "203.0.113.4" });
    const { answer } = dialect({ token: issuer, page: { events: [anEvent({ metadata })], next: null } });
    const [all, some] = [await answer(request(feed, { hide: [] })), await answer(request(feed))];
    expect(all.headers.etag).not.toBe(some.headers.etag);
    const again = await answer(request(feed, {}, { "if-none-match": all.headers.etag ?? "" }));
    expect(again.status).toBe(200);
  });
});

describe("other operations", () => {
  it("refuse viewer tokens: whoami", async () => {
    const { answer, count } = dialect({ token: issuer });
    expect((await catchRejection(answer(request("/api/public/v1/whoami")))).code).toBe("unauthenticated");
    expect(count.mock.calls).toEqual([]);
  });

  it.each([
    ["SimplyBooks, as a bearer token", "/api/v1/activities", {}],
    ["SimplyBooks, as a key", "/api/v1/activities", { "x-api-key": signedViewerToken() }],
    ["Fakturoid", "/api/v3/accounts/acme/events.json", { "user-agent": "tests (a@b.example)" }],
  ])("refuse viewer tokens: %s", async (_, target, headers) => {
    const tokens = tokenPorts(() => issuer);
    const ports = {
      events: { readPage: async () => ({ events: [anEvent()], next: null }) },
      tokens,
      orgs: { get: async () => anOrg({ slug: "acme" }) },
      checkpoints: memoryPageCheckpoints(),
      now: () => testNow,
    };
    const create = target.startsWith("/api/v1") ? createSimplybooksHandler : createFakturoidHandler;
    const answer = create(ports)(request(target, {}, headers), { responseHeaders: {}, auditFields: {} });
    expect((await catchRejection(answer)).code).toBe("unauthenticated");
    expect([tokens.get.mock.calls, tokens.count.mock.calls]).toEqual([[], []]);
  });
});

describe("the webhooks API", () => {
  const orgA = "org_a";
  const api = () => webhooksApi({ token: {} });
  const headersOf = (viewer: Partial<ViewerToken>) => ({
    headers: {
      authorization: `Bearer ${signedViewerToken({ issuer_token_id: aToken({}, aSecret(1)).token_id, org_id: orgA, ...viewer })}`,
    },
  });

  it("accepts a viewer token with its scope, for its organisation", async () => {
    const { ask, trace } = api();
    const over = headersOf({ scopes: ["AIBooks.webhooks.MANAGE"] });
    expect((await ask("GET", "/endpoints", { over })).status).toBe(200);
    expect(trace.auditFields).toMatchObject({ org_id: orgA, viewer_token_id: aViewerToken().viewer_token_id });
    const other = headersOf({ scopes: ["AIBooks.webhooks.MANAGE"], org_id: "org_b" });
    expect((await ask("GET", "/endpoints", { over: other })).status).toBe(403);
  });

  it("refuses a viewer token without its scope", async () => {
    const { ask, count } = api();
    expect((await ask("GET", "/endpoints", { over: headersOf({}) })).status).toBe(403);
    expect(count.mock.calls).toEqual([]);
  });
});

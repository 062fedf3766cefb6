import { describe, expect, it, vi } from "vitest";
import type { CountedToken } from "#shared/auth/authenticate.ts";
import { ActivityError } from "#shared/errors.ts";
import { dialect } from "#test/support/api/dialect.ts";
import { anActiveToken, anEvent, aRequest, aSecret, aToken } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const activity = "/api/public/v1/activity";
const bearer = `Bearer ${aSecret()}`;
const withHeaders = (headers: Record<string, string>) => aRequest(activity, { headers });

describe("bearer token", () => {
  it.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    aSecret(),
    `Token ${aSecret()}`,
    "Bearer junk",
    `${bearer} x`,
  ])("returns 401 without any read when it is %j", async (authorization) => {
    const { answer, count, read, trace } = dialect();
    const headers = authorization === undefined ? {} : { authorization };
    expect((await catchRejection(answer(withHeaders(headers)))).code).toBe("unauthenticated");
    expect(trace).toEqual({ responseHeaders: {}, auditFields: { route: "activity" } });
    expect(count).not.toHaveBeenCalled();
    expect(read).not.toHaveBeenCalled();
  });

  it("is accepted with the scheme in any case", async () => {
    expect((await dialect().answer(withHeaders({ authorization: `bearer  ${aSecret()}` }))).status).toBe(200);
  });

  it("returns no rate-limit headers when it is invalid, but logs the token id", async () => {
    const { answer, trace } = dialect({ token: aToken({ revoked_at: "2026-05-01T00:00:00.000Z" }) });
    expect((await catchRejection(answer(aRequest(activity)))).code).toBe("unauthenticated");
    expect(trace.responseHeaders).toEqual({});
    expect(trace.auditFields).toEqual({ route: "activity", token_id: aToken().token_id });
  });
});

describe("X-AIBooks-Org and organization_id", () => {
  const both = aToken({ org_ids: ["org_a", "org_b"] });

  it.each([
    [{ "x-aibooks-org": "org_b" }, ""],
    [{}, "?organization_id=org_b"],
    [{ "x-aibooks-org": "org_b" }, "?organization_id=org_b"],
  ])("select the organisation: %j %s", async (named, query) => {
    const { answer, read } = dialect({ token: both });
    await answer(aRequest(`${activity}${query}`, { headers: { authorization: bearer, ...named } }));
    expect(read.mock.calls.map(([{ org_id }]) => org_id)).toEqual(["org_b"]);
  });

  it("are required for a token of several organisations", async () => {
    const error = await catchRejection(dialect({ token: both }).answer(aRequest(activity)));
    expect([error.code, error.context.field]).toEqual(["required_field", "X-AIBooks-Org"]);
  });

  it.each([
    ["another's", { "x-aibooks-org": "org_c" }, "", "org_mismatch"],
    [
      "two organisations, by header and parameter",
      { "x-aibooks-org": "org_a" },
      "?organization_id=org_b",
      "invalid_value",
    ],
    ["two organisations, by parameters", {}, "?organization_id=org_a&organization_id=org_b", "invalid_value"],
    ["two organisations, by a doubled header", { "x-aibooks-org": "org_a,org_b" }, "", "org_mismatch"],
    ["empty, as if it were not named", { "x-aibooks-org": "" }, "", "required_field"],
    ["an empty parameter", {}, "?organization_id=", "invalid_value"],
    ["an empty parameter beside the header", { "x-aibooks-org": "org_a" }, "?organization_id=", "invalid_value"],
  ])("are refused when the organisation is %s", async (_, named, query, code) => {
    const request = aRequest(`${activity}${query}`, { headers: { authorization: bearer, ...named } });
    expect((await catchRejection(dialect({ token: both }).answer(request))).code).toBe(code);
  });
});

describe("refused token", () => {
  const claiming = { headers: { authorization: bearer, "x-aibooks-org": "org_8f9a1c2d" } };

  it.each([
    [{ scopes: ["AIBooks.webhooks.MANAGE"] }, "scope_missing"],
    [{ org_ids: ["org_other"] }, "org_mismatch"],
  ] as const)("%j returns %s with the rate-limit headers", async (over, code) => {
    const { answer, trace } = dialect({ token: aToken({ ...over }) });
    expect((await catchRejection(answer(aRequest(activity, claiming)))).code).toBe(code);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("599");
    expect(trace.auditFields.org_id).toBe(code === "scope_missing" ? "org_8f9a1c2d" : undefined);
  });

  it("returns Retry-After when the rate limit is exceeded", async () => {
    const { answer, trace } = dialect({ used: 601 });
    const error = await catchRejection(answer(aRequest(activity, claiming)));
    expect([error.code, error.context.retryAfter]).toEqual(["rate_limited", 30]);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("0");
  });

  it("is returned before any error of the query", async () => {
    const { answer } = dialect({ token: aToken({ scopes: [] }) });
    expect((await catchRejection(answer(aRequest(`${activity}?limit=0`, claiming)))).code).toBe("scope_missing");
  });
});

describe("speculative read", () => {
  it("does not start for an unknown caller", async () => {
    const { answer, read, get, count } = dialect();
    get.mockResolvedValue(null);
    const named = aRequest(`${activity}?organization_id=org_8f9a1c2d`);
    expect((await catchRejection(answer(named))).code).toBe("unauthenticated");
    const junk = aRequest(activity, { headers: { authorization: "Bearer junk", "x-aibooks-org": "org_8f9a1c2d" } });
    expect((await catchRejection(answer(junk))).code).toBe("unauthenticated");
    expect(read).not.toHaveBeenCalled();
    expect(count).not.toHaveBeenCalled();
  });

  it("of a new caller starts once its token is found valid, concurrently with counting the request", async () => {
    const { answer, read, count } = dialect();
    const known = Promise.withResolvers<CountedToken>();
    count.mockReturnValue(known.promise);
    const response = answer(aRequest(activity));
    await vi.waitUntil(() => read.mock.calls.length === 1);
    known.resolve({ token: anActiveToken(), used: 1 });
    expect((await response).status).toBe(200);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("does not start when the token is known to exceed its limit", async () => {
    const { answer, read, count } = dialect({ used: 600 });
    expect((await answer(aRequest(activity))).status).toBe(200);
    for (let n = 0; n < 3; n++) expect((await catchRejection(answer(aRequest(activity)))).code).toBe("rate_limited");
    expect([read.mock.calls.length, count.mock.calls.length]).toEqual([1, 1]);
  });

  it("does not start after the caller was refused", async () => {
    const { answer, read, count } = dialect();
    await answer(aRequest(activity));
    count.mockResolvedValue({ token: anActiveToken(), used: 601 });
    for (let n = 0; n < 3; n++) expect((await catchRejection(answer(aRequest(activity)))).code).toBe("rate_limited");
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("starts before authentication for the organisation of the previous request", async () => {
    const { answer, read, count } = dialect();
    await answer(aRequest(`${activity}?organization_id=org_8f9a1c2d`));
    const known = Promise.withResolvers<CountedToken>();
    count.mockReturnValue(known.promise);
    const response = answer(aRequest(`${activity}?organization_id=org_8f9a1c2d`));
    await vi.waitUntil(() => read.mock.calls.length === 2);
    known.resolve({ token: anActiveToken(), used: 2 });
    expect((await response).status).toBe(200);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("starts for the token's organisation from the second request on", async () => {
    const { answer, read, count } = dialect();
    await answer(aRequest(activity));
    const known = Promise.withResolvers<CountedToken>();
    count.mockReturnValue(known.promise);
    const response = answer(aRequest(activity));
    await vi.waitUntil(() => read.mock.calls.length === 2);
    known.resolve({ token: anActiveToken(), used: 2 });
    expect((await response).status).toBe(200);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it("is discarded when the token is bound to another organisation", async () => {
    const { answer, read } = dialect({ token: aToken({ org_ids: ["org_other"] }) });
    const error = await catchRejection(answer(aRequest(`${activity}?organization_id=org_8f9a1c2d`)));
    expect(error.code).toBe("org_mismatch");
    expect(JSON.stringify([error.message, error.context])).not.toContain(anEvent().event_id);
    expect(read).not.toHaveBeenCalled();
  });

  it("is repeated when the token has moved to another organisation", async () => {
    const { answer, read, count } = dialect();
    await answer(aRequest(activity));
    count.mockResolvedValue({ token: anActiveToken({ org_ids: ["org_new"] }), used: 2 });
    read.mockImplementation(async ({ org_id }) => ({ events: [anEvent({ org_id, entity_ref: org_id })], next: null }));
    const { body } = await answer(aRequest(activity));
    expect(JSON.parse(body).activity[0].entity_ref).toBe("org_new");
  });

  it("causes no unhandled rejection when it fails and the token is refused", async () => {
    const { answer, read, count } = dialect();
    await answer(aRequest(`${activity}?organization_id=org_8f9a1c2d`));
    read.mockRejectedValue(new Error("the store is away"));
    count.mockResolvedValue(null);
    const error = await catchRejection(answer(aRequest(`${activity}?organization_id=org_8f9a1c2d`)));
    expect(error.code).toBe("unauthenticated");
  });

  it("returns the store's error", async () => {
    const { answer, read } = dialect();
    const busy = new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 });
    read.mockRejectedValue(busy);
    expect(await catchRejection(answer(aRequest(`${activity}?organization_id=org_8f9a1c2d`)))).toBe(busy);
    expect(await catchRejection(answer(aRequest(activity)))).toBe(busy);
  });
});

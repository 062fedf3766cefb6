import { describe, expect, it } from "vitest";
import { renderEvents, renderUser } from "#shared/api/fakturoid/render.ts";
import { clientScope } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import { fakturoidDialect } from "#test/support/api/fakturoid-dialect.ts";
import { anActiveToken, anEvent, anOrg, aSecret, aToken } from "#test/support/builders.ts";

const events = "/api/v3/accounts/acme-traders/events.json";
const paid = "/api/v3/accounts/acme-traders/events/paid.json";
const user = "/api/v3/user.json";

describe("GET events.json", () => {
  it.each([
    [events, null, "events"],
    [paid, "paid", "paid"],
  ])("%s returns the events of the organisation", async (path, payment_status, route) => {
    const { ask, read } = fakturoidDialect({ orgs: [anOrg({ time_zone: "Asia/Kolkata", robot_name: "Robot" })] });
    const { status, headers, body, trace } = await ask(`${path}?subject_id=16&since=2026-05-01`);
    expect([status, headers]).toMatchObject([200, { "content-type": "application/json; charset=utf-8" }]);
    expect(body).toBe(renderEvents([anEvent()], { time_zone: "Asia/Kolkata", robot_name: "Robot" }));
    expect(read.mock.calls.map(([query]) => [query])).toMatchObject([
      [
        {
          org_id: "org_8f9a1c2d",
          contact_id: "16",
          payment_status,
          since: "2026-04-30T18:30:00.000Z",
          after: null,
          limit: 40,
        },
      ],
    ]);
    expect(trace.auditFields).toEqual({
      route,
      token_id: aToken().token_id,
      org_id: "org_8f9a1c2d",
      filters: "subject_id=16 since=2026-04-30T18:30:00.000Z page=1",
      count: 1,
    });
  });

  it("returns an empty list when the page is past the end", async () => {
    const { status, body } = await fakturoidDialect().ask(`${events}?page=7`);
    expect([status, body]).toEqual([200, "[]"]);
  });

  it.each(["%00", "x".repeat(257)])(
    "returns an empty list without a read when the subject cannot exist: %j",
    async (id) => {
      const { ask, read } = fakturoidDialect();
      for (const page of [1, 2]) {
        const { status, body } = await ask(`${events}?page=${page}&subject_id=${id}`);
        expect([status, body]).toEqual([200, "[]"]);
      }
      expect(read).not.toHaveBeenCalled();
    },
  );

  it.each(["page=0", "since=x", "page=1&page=1", "subject_id="])(
    "returns 400 with the rate-limit headers for %s, also when repeated",
    async (query) => {
      const { ask, read } = fakturoidDialect();
      for (let n = 0; n < 3; n++) {
        const { status, body, trace } = await ask(`${events}?${query}`);
        expect([status, JSON.parse(body).error]).toEqual([400, "invalid_request"]);
        expect(trace.responseHeaders["x-ratelimit"]).toBe("default;r=399;t=30");
      }
      expect(read).not.toHaveBeenCalled();
    },
  );
});

it.each([events, paid])(
  "GET %s returns 304 and counts the request when If-None-Match has the page's ETag",
  async (path) => {
    const { ask } = fakturoidDialect();
    const first = await ask(path);
    const headers = { "if-none-match": first.headers.etag };
    const { trace, ...second } = await ask(path, { headers });
    expect(second).toEqual({ status: 304, headers: first.headers, body: "" });
    expect(first.headers.vary).toBe("accept-encoding, authorization, origin");
    expect(trace.responseHeaders).toEqual(first.trace.responseHeaders);
    expect(trace.auditFields.count).toBe(1);
  },
);

describe("User-Agent header", () => {
  it.each([undefined, "", "  "])("%j is missing: returns 400 before any other check", async (agent) => {
    const { ask, count } = fakturoidDialect();
    for (const path of [events, user, "/api/v3/nowhere"]) {
      const { status, body, trace } = await ask(path, { headers: { "user-agent": agent, authorization: undefined } });
      expect([status, body]).toEqual([
        400,
        '{"error":"invalid_request","error_description":"Required header \\"User-Agent\\" is missing"}',
      ]);
      expect(trace).toEqual({ responseHeaders: {}, auditFields: {} });
    }
    expect(count).not.toHaveBeenCalled();
  });

  it.each(["x", "YourApp (yourname@example.com)", "ž"])("%j is accepted", async (agent) => {
    expect((await fakturoidDialect().ask(events, { headers: { "user-agent": agent } })).status).toBe(200);
  });
});

describe("bearer token", () => {
  it.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Basic dTpw",
    aSecret(),
    `Token ${aSecret()}`,
    "Bearer junk",
    "Bearer a b",
  ])("returns 401 without any read when it is %j", async (authorization) => {
    const { ask, count, read, readOrg } = fakturoidDialect();
    for (const path of [events, paid, user]) {
      const { status, headers, body, trace } = await ask(path, { headers: { authorization } });
      expect([status, headers["www-authenticate"]]).toEqual([401, "Bearer"]);
      expect(JSON.parse(body)).toEqual({ error: "unauthorized", error_description: expect.any(String) });
      expect(trace.responseHeaders).toEqual({});
    }
    for (const call of [count, read, readOrg]) expect(call).not.toHaveBeenCalled();
  });

  it.each([
    { revoked_at: "2026-05-01T00:00:00.000Z" },
    { expires_at: "2026-06-01T12:00:30.000Z" },
    { hash: "0".repeat(64) },
  ])("returns the same 401 body when it is %j", async (over) => {
    const { ask, read } = fakturoidDialect({ token: aToken(over) });
    const { status, body } = await ask(events);
    const unknown = fakturoidDialect();
    unknown.count.mockResolvedValue(null);
    expect([status, body]).toEqual([401, (await unknown.ask(events)).body]);
    expect(read).not.toHaveBeenCalled();
  });

  it("accepts a token until the millisecond of its expiry", async () => {
    const { ask, clock } = fakturoidDialect({ token: aToken({ expires_at: "2026-06-01T14:00:00.000Z" }) });
    clock.now = new Date("2026-06-01T13:59:59.999Z");
    expect((await ask(events)).status).toBe(200);
    clock.now = new Date("2026-06-01T14:00:00.000Z");
    expect((await ask(events)).status).toBe(401);
  });
});

describe("scope check", () => {
  it.each([
    [["AIBooks.activity.READ"], 200],
    [["AIBooks.fullaccess.all"], 200],
    [["AIBooks.webhooks.MANAGE"], 403],
    [[clientScope], 403],
    [[], 403],
  ])("scopes %j return %i", async (scopes, expected) => {
    const { ask, read } = fakturoidDialect({ token: aToken({ scopes }) });
    for (const path of [events, paid, user]) {
      const { status, body, trace } = await ask(path);
      expect(status).toBe(expected);
      if (expected === 403) expect(JSON.parse(body).error).toBe("forbidden");
      expect(trace.responseHeaders["x-ratelimit"]).toBe("default;r=399;t=30");
    }
    expect(read).toHaveBeenCalledTimes(expected === 200 ? 2 : 0);
  });
});

describe("account slug", () => {
  const other = anOrg({ org_id: "org_b", slug: "capek", robot_name: "Other" });

  it("returns the same bytes for another token's account and for an unknown one", async () => {
    const { ask, read } = fakturoidDialect({ orgs: [anOrg(), other] });
    const respond = async (path: string, route: string) => {
      const { trace, ...answer } = await ask(path);
      expect(trace.auditFields).toEqual({ route, token_id: aToken().token_id });
      return { ...answer, learned: trace.responseHeaders };
    };
    const foreign = await respond("/api/v3/accounts/capek/events.json", "events");
    expect([foreign.status, JSON.parse(foreign.body).error]).toEqual([404, "not_found"]);
    for (const slug of ["nowhere", "org_8f9a1c2d", "ACME-TRADERS", "acme-traders ", "null", "é", "..", "__proto__"]) {
      expect(await respond(`/api/v3/accounts/${slug}/events.json`, "events")).toEqual(foreign);
    }
    expect(await respond("/api/v3/accounts/capek/events/paid.json", "paid")).toEqual(foreign);
    expect(read).not.toHaveBeenCalled();
  });

  it("resolves among all organisations of the token", async () => {
    const token = aToken({ org_ids: ["org_8f9a1c2d", "org_b"] });
    const { ask, read } = fakturoidDialect({ token, orgs: [anOrg(), other] });
    expect((await ask("/api/v3/accounts/capek/events.json")).status).toBe(200);
    expect((await ask(events)).status).toBe(200);
    expect(read.mock.calls.map(([{ org_id }]) => org_id)).toEqual(["org_b", "org_8f9a1c2d"]);
  });

  it("of an organisation without a slug never resolves", async () => {
    const { ask } = fakturoidDialect({ orgs: [anOrg({ slug: null })] });
    for (const slug of ["null", "undefined", "org_8f9a1c2d"]) {
      expect((await ask(`/api/v3/accounts/${slug}/events.json`)).status).toBe(404);
    }
  });

  it("resolves immediately after a change, and the old slug for at most a minute", async () => {
    const { ask, known, clock } = fakturoidDialect();
    expect((await ask(events)).status).toBe(200);
    known.set("org_8f9a1c2d", anOrg({ slug: "acme-2" }));
    expect((await ask("/api/v3/accounts/acme-2/events.json")).status).toBe(200);
    clock.now = new Date(clock.now.getTime() + 60_000);
    expect((await ask(events)).status).toBe(404);
    expect((await ask("/api/v3/accounts/acme-2/events.json")).status).toBe(200);
  });

  it("does not show the other organisation's events after another one took it over", async () => {
    const { ask, known, clock, read } = fakturoidDialect({ orgs: [anOrg(), other] });
    await ask(events);
    known.set("org_8f9a1c2d", anOrg({ slug: "acme-2" }));
    known.set("org_b", { ...other, slug: "acme-traders" });
    clock.now = new Date(clock.now.getTime() + 60_000);
    expect((await ask(events)).status).toBe(404);
    expect(read.mock.calls.every(([{ org_id }]) => org_id === "org_8f9a1c2d")).toBe(true);
  });

  it("is read once for a hundred requests", async () => {
    const { ask, readOrg } = fakturoidDialect();
    for (let n = 0; n < 100; n++) await ask(events);
    expect(readOrg).toHaveBeenCalledTimes(1);
  });
});

describe("rate limit", () => {
  it.each([
    [1, 200, "default;r=399;t=30"],
    [2, 200, "default;r=398;t=30"],
    [400, 200, "default;r=0;t=30"],
    [401, 429, "default;r=0;t=30"],
    [5_000, 429, "default;r=0;t=30"],
  ])("at %i uses returns the header %i in the vendor's format", async (used, expected, rate) => {
    for (const path of [events, paid, user]) {
      const { ask } = fakturoidDialect({ used });
      const { status, headers, body, trace } = await ask(path);
      expect(status).toBe(expected);
      expect(trace.responseHeaders).toEqual({ "x-ratelimit-policy": "default;q=400;w=60", "x-ratelimit": rate });
      expect(headers["retry-after"]).toBe(expected === 429 ? "30" : undefined);
      if (expected === 429) expect(JSON.parse(body).error).toBe("too_many_requests");
    }
  });

  it.each([
    ["2026-06-01T12:00:00.000Z", 60],
    ["2026-06-01T12:00:00.001Z", 60],
    ["2026-06-01T12:00:59.000Z", 1],
    ["2026-06-01T12:00:59.999Z", 1],
  ])("at %s returns %i whole seconds until the reset", async (now, seconds) => {
    const { ask, clock } = fakturoidDialect();
    clock.now = new Date(now);
    expect((await ask(user)).trace.responseHeaders["x-ratelimit"]).toBe(`default;r=399;t=${seconds}`);
  });

  it("returns 429 before any read when it is exceeded", async () => {
    const { ask, read, readOrg } = fakturoidDialect({ used: 401 });
    await ask(events);
    expect(read).not.toHaveBeenCalled();
    expect(readOrg).not.toHaveBeenCalled();
  });
});

describe("speculative read for a known caller", () => {
  it.each([
    ["revoked", { revoked_at: "2026-05-01T00:00:00.000Z" }, 401],
    ["without the scope", { scopes: [] }, 403],
    ["for another organisation", { org_ids: ["org_b"] }, 404],
  ])("is not returned to a caller who is now %s", async (_, over, status) => {
    const { ask, count } = fakturoidDialect({ orgs: [anOrg(), anOrg({ org_id: "org_b", slug: "capek" })] });
    expect((await ask(events)).status).toBe(200);
    count.mockResolvedValue({ token: anActiveToken(over), used: 2 });
    const refused = await ask(events);
    expect(refused.status).toBe(status);
    expect(Object.keys(JSON.parse(refused.body))).toEqual(["error", "error_description"]);
  });

  it("returns the store's error with the rate-limit headers", async () => {
    const { ask, read } = fakturoidDialect();
    await ask(events);
    read.mockRejectedValue(new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 }));
    const { status, headers, body, trace } = await ask(events);
    expect([status, headers["retry-after"]]).toEqual([503, "2"]);
    expect(body).toBe('{"error":"service_unavailable","error_description":"The store is busy or away."}');
    expect(trace.responseHeaders["x-ratelimit"]).toBe("default;r=399;t=30");
  });
});

describe("GET user.json", () => {
  it("returns all accounts of the token without reading events", async () => {
    const orgs = [anOrg(), anOrg({ org_id: "org_b", slug: "capek" })];
    const token = aToken({ org_ids: ["org_8f9a1c2d", "org_b"], user_id: "5" });
    const { ask, read } = fakturoidDialect({ token, orgs });
    const { status, headers, body, trace } = await ask(user);
    expect([status, headers]).toEqual([200, { "content-type": "application/json; charset=utf-8" }]);
    expect(body).toBe(renderUser(token, orgs));
    expect(trace.auditFields).toEqual({ route: "user", token_id: token.token_id, user_id: "5" });
    expect(read).not.toHaveBeenCalled();
  });
});

describe("unknown paths and methods", () => {
  it.each([
    "/api/v3",
    "/api/v3/",
    "/api/v3/user",
    "/api/v3/user.json/",
    "/api/v3/accounts/acme-traders/events",
    "/api/v3/accounts/acme-traders/events.json/",
    "/api/v3/accounts/acme-traders/events/other.json",
    "/api/v3/accounts/acme-traders/invoices.json",
    "/api/v3/accounts//events.json",
    "/api/v3/accounts/a/b/events.json",
    "/API/v3/user.json",
  ])("%s returns 404", async (path) => {
    const { ask, count } = fakturoidDialect();
    const { status, body } = await ask(path);
    expect([status, body]).toEqual([
      404,
      '{"error":"not_found","error_description":"Resource not found. Check the path and the account."}',
    ]);
    expect(count).not.toHaveBeenCalled();
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("%s returns 405 with Allow", async (method) => {
    for (const path of [events, paid, user]) {
      const { status, headers, body } = await fakturoidDialect().ask(path, { method });
      expect([status, headers.allow, JSON.parse(body).error]).toEqual([405, "GET, HEAD", "method_not_allowed"]);
    }
  });
});

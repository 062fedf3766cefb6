import { describe, expect, it } from "vitest";
import type { Token } from "#shared/auth/caller.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { readActivitiesXml, readErrorXml } from "#test/support/api/activity-xml.ts";
import { simplybooksDialect } from "#test/support/api/simplybooks-dialect.ts";
import { anEvent, anInput, anOrg, aSecret, aToken, testNow } from "#test/support/builders.ts";

const list = "/api/v1/activities";
const account = "/api/v1/accounts/current";

const org = anOrg();
const other = anOrg({ org_id: "org_b", name: "Other Books", account_number: "2002" });
const foreign = anOrg({ org_id: "org_foreign", account_number: "3003" });
const orgs = [org, other, foreign];

const ofOther = anEvent({ org_id: "org_b", entity_id: "inv_of_other" });
const ofForeign = anEvent({ org_id: "org_foreign", entity_id: "inv_of_foreign" });
const events = [anEvent(), ofOther, ofForeign];

const both: Partial<Token> = { org_ids: [org.org_id, "org_b"] };

/** The dialect over three organisations, with a token for the first, or as said. */
const dialect = (over: Partial<Token> = {}, used = 1) =>
  simplybooksDialect({ events, orgs, tokens: [aToken(over)], used });

const key = (secret: string, more: Record<string, string> = {}) => ({ headers: { "x-api-key": secret, ...more } });
const named = (accountId: string) => key(aSecret(), { "x-accountid": accountId });

describe("API key", () => {
  it.each<[string, Record<string, string>]>([
    ["X-API-Key", { "x-api-key": aSecret() }],
    ["X-API-Key with blanks around it", { "x-api-key": ` ${aSecret()} ` }],
    ["a bearer token", { authorization: `Bearer ${aSecret()}` }],
    ["a bearer token in lower case", { authorization: `bearer ${aSecret()}` }],
    ["X-API-Key, whatever Authorization says", { "x-api-key": aSecret(), authorization: "Basic dTpw" }],
    ["a bearer token beside an empty X-API-Key", { "x-api-key": "", authorization: `Bearer ${aSecret()}` }],
  ])("is accepted as %s", async (_, headers) => {
    const { ask, count, page } = dialect();
    const { status, body, trace } = await ask(list, { headers });
    expect([status, readActivitiesXml(body)]).toEqual([200, [expect.objectContaining({ invoice_id: "inv_8c3f1a9b" })]]);
    expect(count).toHaveBeenCalledTimes(1);
    expect(page.mock.calls.map(([query]) => query.org_id)).toEqual([org.org_id]);
    expect(trace.auditFields).toEqual({
      route: "list",
      token_id: aToken().token_id,
      org_id: org.org_id,
      filters: "skip=0 take=100",
      count: 1,
    });
  });

  it.each<[string, Record<string, string>]>([
    ["nothing", {}],
    ["an empty key", { "x-api-key": " " }],
    ["a bearer token of none", { authorization: "Bearer " }],
    ["two words", { authorization: `Bearer ${aSecret()} x` }],
    ["another scheme", { authorization: `Token ${aSecret()}` }],
    ["a key without its scheme", { authorization: aSecret() }],
  ])("returns 401 without a read when there is %s", async (_, headers) => {
    const { ask, count, page, readOrg } = dialect();
    const { status, headers: answered, body } = await ask(list, { headers });
    expect([status, readErrorXml(body), answered["www-authenticate"]]).toEqual([401, "X-API-Key required", "Bearer"]);
    for (const read of [count, page, readOrg]) expect(read).not.toHaveBeenCalled();
  });

  it.each(["Basic dTpw", "basic dTpw", "Basic"])("returns 401 with an alternative for %s", async (authorization) => {
    const { ask, count } = dialect();
    const { status, body } = await ask(`${list}?format=json`, { headers: { authorization } });
    expect([status, JSON.parse(body)]).toEqual([401, { error: expect.stringMatching(/X-API-Key.*password.*API key/) }]);
    expect(count).not.toHaveBeenCalled();
  });

  it("returns the same 401 when it is malformed, unknown, expired or revoked", async () => {
    const refusals = await Promise.all([
      dialect().ask(list, key("simplybooks_key_junk")),
      dialect().ask(list, key(aSecret(9))),
      dialect({ expires_at: "2026-06-01T12:00:30.000Z" }).ask(list),
      dialect({ revoked_at: "2026-05-01T00:00:00.000Z" }).ask(list),
    ]);
    const responses = refusals.map(({ status, headers, body }) => ({ status, headers, body }));
    for (const refusal of responses) expect(refusal).toEqual(responses[0]);
    expect(responses[0]?.status).toBe(401);
    // Only the log contains the id of the key, unless the key is malformed.
    const known = { route: "list", token_id: aToken().token_id };
    expect(refusals.map(({ trace }) => trace)).toEqual([
      { responseHeaders: {}, auditFields: { route: "list" } },
      { responseHeaders: {}, auditFields: { route: "list", token_id: aToken({}, aSecret(9)).token_id } },
      { responseHeaders: {}, auditFields: known },
      { responseHeaders: {}, auditFields: known },
    ]);
  });

  it("requires the scope, which full access includes", async () => {
    const hooks = await dialect({ scopes: ["AIBooks.webhooks.MANAGE"] }).ask(list);
    expect([hooks.status, readErrorXml(hooks.body)]).toEqual([403, expect.stringContaining("AIBooks.activity.READ")]);
    expect((await dialect({ scopes: ["AIBooks.fullaccess.all"] }).ask(list)).status).toBe(200);
  });

  it("is not required for the error of a wrong path or format", async () => {
    for (const [target, expected] of [
      ["/api/v1/invoices", 404],
      [`${list}?format=csv`, 400],
    ] as const) {
      const { ask, count } = dialect();
      expect((await ask(target, { headers: {} })).status).toBe(expected);
      expect(count).not.toHaveBeenCalled();
    }
  });

  it("is checked before parameters", async () => {
    for (const query of ["filter=nonsense", "take=0", "sort=date", "fields=foo"]) {
      expect((await dialect().ask(`${list}?${query}`, key(aSecret(9)))).status).toBe(401);
      expect((await dialect().ask(`${list}?${query}`)).status).toBe(400);
    }
  });
});

describe("X-AccountId", () => {
  it.each([
    [org.org_id, org.org_id],
    ["1001", org.org_id],
    ["org_b", "org_b"],
    ["2002", "org_b"],
    [" 2002 ", "org_b"],
  ])("%j of a token for two accounts selects the account %s", async (accountId, orgId) => {
    const { ask, page } = dialect(both);
    const { status, body, trace } = await ask(list, named(accountId));
    expect([status, readActivitiesXml(body)]).toEqual([200, [expect.objectContaining({ type: "invoice_email" })]]);
    expect(page.mock.calls.map(([query]) => query.org_id)).toEqual([orgId]);
    expect(trace.auditFields.org_id).toBe(orgId);
  });

  it.each(["org_foreign", "3003", "org_none", "0", "null", "undefined", "toString", "org_B"])(
    "%s returns 403",
    async (accountId) => {
      for (const over of [{}, both]) {
        for (const target of [list, account, `${list}/7001`]) {
          const { ask, page } = dialect(over);
          const { status, body } = await ask(target, named(accountId));
          expect([status, readErrorXml(body)]).toEqual([403, expect.stringMatching(/^X-AccountId unknown/)]);
          expect(page).not.toHaveBeenCalled();
        }
      }
    },
  );

  it("returns 400 when several accounts of the key have the number, but accepts their ids", async () => {
    const twin = anOrg({ org_id: "org_b", account_number: "1001" });
    const { ask, page } = simplybooksDialect({ orgs: [org, twin], tokens: [aToken(both)], events });
    const { status, body } = await ask(list, named("1001"));
    expect([status, readErrorXml(body)]).toEqual([400, expect.stringMatching(/^X-AccountId ambiguous/)]);
    expect(page).not.toHaveBeenCalled();
    for (const { org_id } of [org, twin]) expect((await ask(list, named(org_id))).status).toBe(200);
  });

  it("does not match an account without a number", async () => {
    const nameless = anOrg({ account_number: null });
    const { ask } = simplybooksDialect({ orgs: [nameless] });
    expect((await ask(list, named("null"))).status).toBe(403);
    expect((await ask(list, named(nameless.org_id))).status).toBe(200);
  });

  it("is optional for a key of one account and required for a key of several", async () => {
    for (const options of [key(aSecret()), named(""), named(" ")]) {
      expect((await dialect().ask(list, options)).status).toBe(200);
      const { status, body } = await dialect(both).ask(list, options);
      expect([status, readErrorXml(body)]).toEqual([400, expect.stringMatching(/^X-AccountId required/)]);
    }
  });

  it("matches an id before a number", async () => {
    const confusing = anOrg({ account_number: "org_b" });
    const { ask, page } = simplybooksDialect({ orgs: [confusing, other], tokens: [aToken(both)], events });
    await ask(list, named("org_b"));
    expect(page.mock.calls.map(([query]) => query.org_id)).toEqual(["org_b"]);
  });
});

describe("account of another key", () => {
  it("is not readable by number, filter or search", async () => {
    const opened = simplybooksDialect({ events, orgs, tokens: [aToken({ org_ids: ["org_foreign"] })] });
    const shown = JSON.parse((await opened.ask(`${list}?format=json`)).body);
    expect(shown).toEqual([expect.objectContaining({ invoice_id: "inv_of_foreign" })]);
    const { activity_id } = shown[0];
    const { ask } = dialect();
    const byId = await ask(`${list}/${activity_id}`);
    expect([byId.status, readErrorXml(byId.body)]).toEqual([404, "activity_id unknown"]);
    for (const query of [`filter=activity_id=${activity_id}`, "filter=invoice_id=inv_of_foreign", "search=foreign"]) {
      expect((await ask(`${list}?format=json&${query}`)).body).toBe("[]");
    }
  });
});

describe("speculative read for a known caller", () => {
  it.each<[string, Partial<Token>, number]>([
    ["revoked", { revoked_at: "2026-05-01T00:00:00.000Z" }, 401],
    ["without the scope", { scopes: [] }, 403],
  ])("is not returned to a caller who is now %s", async (_, over, status) => {
    const { ask, issued } = dialect();
    for (const target of [list, `${list}/7001`]) {
      issued.set(aToken().token_id, aToken());
      await ask(target);
      issued.set(aToken().token_id, aToken(over));
      const refused = await ask(target);
      expect(refused.status).toBe(status);
      expect(refused.body).not.toContain("inv_8c3f1a9b");
    }
  });

  it("is not returned to a caller who is now authorised for another account", async () => {
    const { ask, issued } = dialect();
    expect((await ask(`${list}?format=json&fields=invoice_id`)).body).toBe('[{"invoice_id":"inv_8c3f1a9b"}]');
    issued.set(aToken().token_id, aToken({ org_ids: ["org_b"] }));
    expect((await ask(`${list}?format=json&fields=invoice_id`)).body).toBe('[{"invoice_id":"inv_of_other"}]');
  });

  it("reads the account that the request names", async () => {
    const { ask } = dialect(both);
    const shown = async (accountId: string) =>
      (await ask(`${list}?format=json&fields=invoice_id`, named(accountId))).body;
    const of = { [org.org_id]: '[{"invoice_id":"inv_8c3f1a9b"}]', org_b: '[{"invoice_id":"inv_of_other"}]' };
    for (const accountId of [org.org_id, "org_b", "org_b", org.org_id, org.org_id]) {
      expect(await shown(accountId)).toBe(of[accountId]);
    }
  });

  it("is the only read, also when a caller alternates between two accounts", async () => {
    const { ask, page } = dialect(both);
    for (let n = 0; n < 4; n++) {
      for (const accountId of [org.org_id, "org_b"]) {
        page.mockClear();
        await ask(list, named(accountId));
        expect(page).toHaveBeenCalledTimes(1);
      }
    }
  });

  it("returns the store's error with the rate-limit headers", async () => {
    const { ask, page } = dialect();
    await ask(list);
    page.mockRejectedValue(new ActivityError("unavailable", "The store is busy or away.", { retryAfter: 2 }));
    const { status, headers, body, trace } = await ask(list);
    expect([status, headers["retry-after"], readErrorXml(body)]).toEqual([503, "2", "The store is busy or away."]);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("599");
  });

  it("causes no unhandled rejection when the caller is refused", async () => {
    const { ask, page, issued } = dialect();
    await ask(list);
    issued.clear();
    page.mockRejectedValue(new Error("The store is away."));
    expect((await ask(list)).status).toBe(401);
  });
});

describe("rate limit", () => {
  it.each([
    [1, 200, "599"],
    [600, 200, "0"],
    [601, 429, "0"],
    [5_000, 429, "0"],
  ])("at %i uses returns %i with %s left", async (used, expected, remaining) => {
    for (const target of [list, account]) {
      const { ask, page, readOrg } = dialect({}, used);
      const { status, headers, trace } = await ask(target);
      expect([status, headers["retry-after"]]).toEqual([expected, expected === 429 ? "30" : undefined]);
      expect(trace.responseHeaders).toEqual({
        "x-ratelimit-limit": "600",
        "x-ratelimit-remaining": remaining,
        "x-ratelimit-reset": "1780315260",
      });
      if (expected !== 429) continue;
      expect(page).not.toHaveBeenCalled();
      expect(readOrg).not.toHaveBeenCalled();
    }
  });
});

describe("GET /accounts/current", () => {
  it("returns the fields that clients check, without reading events", async () => {
    const { ask, page } = dialect();
    const { status, body } = await ask(`${account}?format=json`);
    expect([status, body]).toEqual([
      200,
      '{"uri":"https://api.example.com/api/v1/accounts/current","number":"1001","name":"Acme Traders"}',
    ]);
    expect((await ask(account)).body).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<account>\n' +
        "    <uri>https://api.example.com/api/v1/accounts/current</uri>\n" +
        "    <number>1001</number>\n    <name>Acme Traders</name>\n</account>\n",
    );
    expect(page).not.toHaveBeenCalled();
  });

  it("returns a number for an account without one", async () => {
    const { ask } = simplybooksDialect({ orgs: [anOrg({ account_number: null })] });
    expect(JSON.parse((await ask(`${account}?format=json`)).body).number).toBe(org.org_id);
  });

  it("reads the account once a minute and shows its change afterwards", async () => {
    const { ask, known, clock, readOrg } = dialect();
    const date = async () => JSON.parse((await ask(`${list}?format=json&fields=date`)).body)[0].date;
    for (let n = 0; n < 20; n++) expect(await date()).toBe("2026-05-11 08:30:12");
    expect(readOrg).toHaveBeenCalledTimes(1);
    known.set(org.org_id, anOrg({ time_zone: "Asia/Kolkata" }));
    clock.now = new Date(clock.now.getTime() + 60_000);
    expect(await date()).toBe("2026-05-11 14:00:12");
  });
});

describe("unknown paths and methods", () => {
  it.each([
    "/api/v1",
    "/api/v1/",
    "/api/v1/activities/",
    "/api/v1/activities/1/2",
    "/api/v1/Activities",
    "/API/v1/activities",
    "/api/v1/accounts",
    "/api/v1/accounts/1",
    "/api/v1/accounts/current/",
    "/api/v2/activities",
    "/api/v1/activities.json",
  ])("%s returns 404", async (path) => {
    const { ask, count } = dialect();
    for (const method of ["GET", "POST"]) {
      const { status, body } = await ask(path, { method });
      expect([status, readErrorXml(body)]).toEqual([404, "domain unknown"]);
    }
    expect(count).not.toHaveBeenCalled();
  });

  it.each(["POST", "PUT", "PATCH", "DELETE"])("%s returns 405 with Allow", async (method) => {
    for (const target of [list, `${list}/7001`, account]) {
      const { ask, count } = dialect();
      const { status, headers, body } = await ask(`${target}?format=json`, { method });
      expect([status, headers.allow, Object.keys(JSON.parse(body))]).toEqual([405, "GET, HEAD", ["error"]]);
      expect(count).not.toHaveBeenCalled();
    }
  });
});

describe("GET /activities/{activity_id}", () => {
  it("finds the activity among all events of its second", async () => {
    const crowd = Array.from({ length: 300 }, (_, n) => anEvent({ entity_id: `inv_${n}` }));
    const { ask } = simplybooksDialect({ events: crowd });
    const pages = await Promise.all([0, 100, 200].map((skip) => ask(`${list}?format=json&skip=${skip}`)));
    const shown: { activity_id: string }[] = pages.flatMap(({ body }) => JSON.parse(body));
    expect(new Set(shown.map(({ activity_id }) => activity_id)).size).toBe(300);
    for (const one of [shown[0], shown[150], shown[299]]) {
      expect(JSON.parse((await ask(`${list}/${one?.activity_id}?format=json`)).body)).toEqual(one);
    }
  });

  it.each([
    "0001-01-01T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "2106-02-07T06:28:16.000Z",
    "9999-12-31T23:59:59.999Z",
  ])("finds an activity at %s", async (occurred_at) => {
    const { ask } = simplybooksDialect({ events: [anEvent({ occurred_at })] });
    const [one] = JSON.parse((await ask(`${list}?format=json`)).body);
    expect(JSON.parse((await ask(`${list}/${one.activity_id}?format=json`)).body)).toEqual(one);
  });

  it.each(["", "-1", "abc", "01", "1.0", "9007199254740992", "7001"])("returns 404 for the number %j", async (id) => {
    const { status, body } = await dialect().ask(`${list}/${id}?format=json`);
    expect([status, JSON.parse(body).error]).toEqual([404, id === "" ? "domain unknown" : "activity_id unknown"]);
  });
});

describe("GET /activities with large activities", () => {
  /** Lambda counts the body as JSON text, and sends no more than 6 MB of it. */
  const limit = 6 * 1024 * 1024;

  it("returns 400 when the response is too large, and 200 otherwise", async () => {
    // The worst that a writer can store: quotes, each of which is counted as four characters.
    const related = Array.from({ length: 50 }, (_, n) => ({
      entity_type: "INVOICE" as const,
      entity_id: `${'"'.repeat(250)}${n}`,
    }));
    const text = '"'.repeat(4_096);
    const heavy = Array.from({ length: 100 }, (_, n) => {
      const input = anInput({ entity_id: `inv_${n}`, related, text, information: text });
      return parseEventValue(input, { now: testNow, entropy: String(n) }).event;
    });
    const { ask } = simplybooksDialect({ events: heavy });
    const statuses = new Set<number>();
    for (const format of ["json", "xml"]) {
      for (let take = 1; take <= 100; take += 7) {
        const { status, body } = await ask(`${list}?format=${format}&take=${take}`);
        statuses.add(status);
        expect(Buffer.byteLength(JSON.stringify(body)), `${format}, take=${take}`).toBeLessThan(limit);
        if (status !== 200) expect(body).toContain("take too long");
      }
    }
    expect([...statuses].sort()).toEqual([200, 400]);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSimplybooksHandler } from "#shared/api/simplybooks/handler.ts";
import { activityFields } from "#shared/api/simplybooks/mapping.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { comparable, readActivitiesXml, readActivityXml, readErrorXml } from "#test/support/api/activity-xml.ts";
import { simplybooksDialect } from "#test/support/api/simplybooks-dialect.ts";
import { linkedSample, sampleOrigin, sampleZone, vendorSample } from "#test/support/api/simplybooks-samples.ts";
import { anEvent, anOrg, aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { memoryEvents } from "#test/support/memory/events.ts";
import { memoryPageCheckpoints } from "#test/support/memory/page-checkpoints.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";

const list = "/api/v1/activities";
const account = "/api/v1/accounts/current";
const xmlType = "application/xml; charset=utf-8";
const jsonType = "application/json; charset=utf-8";

/** Events of an invoice within an hour, newest first, with and without a user. */
const hour = ["INVOICE_PAID", "INVOICE_SENT", "INVOICE_UPDATED", "INVOICE_CREATED"].map((action, at) =>
  anEvent({
    action,
    event_id: `evt_${String(at).padStart(32, "0")}`,
    actor_user_id: at === 0 ? null : "usr_xyz",
    occurred_at: `2026-05-11T08:0${9 - at}:00.000Z`,
    contact_id: "con_1",
  }),
);

/** The dialect over that hour. */
const dialect = () => simplybooksDialect({ events: hour });

type Dialect = ReturnType<typeof simplybooksDialect>;

async function shown({ ask }: Dialect, query = ""): Promise<Record<string, unknown>[]> {
  const { status, body } = await ask(`${list}?format=json${query}`);
  expect(status, body).toBe(200);
  return JSON.parse(body);
}

/** The number of the newest activity. */
async function newestId(of: Dialect): Promise<string> {
  const [newest] = await shown(of, "&take=1");
  return String(newest?.activity_id);
}

describe("vendor sample on the vendor's host", () => {
  const golden = (file: string) =>
    readFileSync(new URL(`../../../golden/simplybooks/${file}`, import.meta.url), "utf8");
  const org = anOrg({ time_zone: sampleZone });
  const events = [vendorSample, linkedSample].map(
    (sample) => parseEventValue({ org_id: org.org_id, ...sample }, { now: testNow, entropy: "golden" }).event,
  );
  const answer = createSimplybooksHandler({
    tokens: tokenPorts(() => aToken()),
    orgs: { get: async () => org },
    events: memoryEvents(events),
    checkpoints: memoryPageCheckpoints(),
    now: () => testNow,
  });
  const ask = (target: string) =>
    answer(aRequest(target, { origin: sampleOrigin, headers: { "x-api-key": aSecret() } }), {
      responseHeaders: {},
      auditFields: {},
    });

  it.each([
    ["activity", "2829286459676944"],
    ["linked", "2829396758996554"],
  ])("is returned byte for byte: %s", async (name, id) => {
    expect(await ask(`${list}/${id}`)).toEqual({
      status: 200,
      headers: { "content-type": xmlType },
      body: golden(`${name}.xml`),
    });
    expect(await ask(`${list}/${id}?format=json`)).toEqual({
      status: 200,
      headers: { "content-type": jsonType },
      body: JSON.stringify(JSON.parse(golden(`${name}.json`))),
    });
  });
});

describe("GET /activities", () => {
  it("returns the events of the account, newest first, with all fields in order, in both formats", async () => {
    const { ask } = dialect();
    const json = await ask(`${list}?format=json`);
    const xml = await ask(list);
    expect([json.headers, xml.headers]).toMatchObject([{ "content-type": jsonType }, { "content-type": xmlType }]);
    const activities: Record<string, unknown>[] = JSON.parse(json.body);
    expect(activities.map(({ type }) => type)).toEqual([
      "invoicepayment_create",
      "invoice_email",
      "invoice_update",
      "invoice_create",
    ]);
    for (const activity of activities) expect(Object.keys(activity)).toEqual(activityFields);
    expect(readActivitiesXml(xml.body)).toEqual(activities.map(comparable));
  });

  it("returns 304 when If-None-Match has the ETag of the page in the same format", async () => {
    const { ask } = dialect();
    const [xml, json] = [await ask(list), await ask(`${list}?format=json`)];
    const known = (response: typeof xml) => ({
      headers: { "x-api-key": aSecret(), "if-none-match": response.headers.etag },
    });
    expect(await ask(list, known(xml))).toMatchObject({ status: 304, headers: xml.headers, body: "" });
    expect((await ask(list, known(json))).status).toBe(200);
    expect(xml.headers.vary).toBe("accept-encoding, authorization, origin, accept, x-accountid, x-api-key");
  });

  it("reads the whole account with the projection only", async () => {
    const { ask, page } = dialect();
    await ask(list);
    expect(page.mock.calls.map(([query]) => query)).toEqual([
      expect.objectContaining({
        org_id: "org_8f9a1c2d",
        entity_type: null,
        entity_id: null,
        contact_id: null,
        since: null,
        until: null,
        after: null,
        limit: 100,
        projection: ["actor", "related", "text", "information", "contact_id"],
      }),
    ]);
  });

  it("applies skip and take, and returns an empty list past the end", async () => {
    const of = dialect();
    const all = await shown(of);
    expect(await shown(of, "&take=1")).toEqual(all.slice(0, 1));
    expect(await shown(of, "&skip=1&take=2")).toEqual(all.slice(1, 3));
    expect(await shown(of, "&skip=3&take=2")).toEqual(all.slice(3));
    for (const skip of [4, 5, 999_999_999]) expect(await shown(of, `&skip=${skip}`)).toEqual([]);
  });

  it("returns the requested fields in the order of the contract", async () => {
    const { ask } = dialect();
    const { body } = await ask(`${list}?format=json&take=1&fields=type,%20invoice_id,quote_id,date,,type`);
    expect(body).toBe(
      '[{"type":"invoicepayment_create","date":"2026-05-11 08:09:00","invoice_id":"inv_8c3f1a9b","quote_id":null}]',
    );
    const all = await ask(`${list}?format=json`);
    for (const none of ["", ",", "%20,"]) {
      expect((await ask(`${list}?format=json&fields=${none}`)).body).toBe(all.body);
    }
  });

  it("reads the index of the customer or the document, and nothing for impossible ids", async () => {
    const { ask, page } = dialect();
    const asked = async (filter: string) => {
      page.mockClear();
      expect((await ask(`${list}?filter=${filter}`)).status).toBe(200);
      return page.mock.calls.map(([{ contact_id, entity_type, entity_id }]) => [contact_id, entity_type, entity_id]);
    };
    expect(await asked("client_id=con_1")).toEqual([["con_1", null, null]]);
    expect(await asked("invoice_id__eq__inv_8c3f1a9b")).toEqual([[null, "INVOICE", "inv_8c3f1a9b"]]);
    expect(await asked("quote_id=q_1,client_id=con_1")).toEqual([[null, "ESTIMATE", "q_1"]]);
    expect(await asked("activity_id=abc")).toEqual([]);
    expect(await asked(`client_id=${"x".repeat(257)}`)).toEqual([]);
  });

  it.each(["take=0", "skip=x", "sort=date", "filter=foo=1", "fields=foo", "take=1&take=1"])(
    "returns 400 with the rate-limit headers and without a read for %s",
    async (query) => {
      const { ask, page } = dialect();
      // Of a caller who was let in before, the read starts ahead.
      for (let n = 0; n < 3; n++) {
        const { status, body, trace } = await ask(`${list}?${query}`);
        expect([status, readErrorXml(body)]).toEqual([400, expect.stringMatching(/./)]);
        expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("599");
        expect(trace.auditFields).toEqual({ route: "list", token_id: aToken().token_id, org_id: "org_8f9a1c2d" });
      }
      expect(page).not.toHaveBeenCalled();
    },
  );
});

describe("GET /activities/{activity_id}, request", () => {
  it("returns the activity of the list in both formats", async () => {
    const of = dialect();
    for (const one of await shown(of)) {
      const path = `${list}/${one.activity_id}`;
      const [json, xml] = [await of.ask(`${path}?format=json`), await of.ask(path)];
      expect([json.status, json.headers, JSON.parse(json.body)]).toEqual([200, { "content-type": jsonType }, one]);
      expect([xml.status, xml.headers]).toEqual([200, { "content-type": xmlType }]);
      expect(readActivityXml(xml.body)).toEqual(comparable(one));
    }
  });

  it.each(["take=0", "skip=-1", "sort=date", "filter=type=x", "search=none", "take=1&take=2", "x=y"])(
    "returns 400 for %s",
    async (query) => {
      const of = dialect();
      const path = `${list}/${await newestId(of)}`;
      const { status, body } = await of.ask(`${path}?format=json&${query}`);
      expect([status, JSON.parse(body).error]).toEqual([
        400,
        expect.stringMatching(/^(take|skip|sort|filter|search|x) unknown/),
      ]);
    },
  );

  it("ignores parameters that links add", async () => {
    const of = dialect();
    const path = `${list}/${await newestId(of)}`;
    expect(await of.ask(`${path}?utm_source=x&_=1`)).toEqual(await of.ask(path));
  });

  it("returns the requested fields and refuses unknown ones", async () => {
    const of = dialect();
    const path = `${list}/${await newestId(of)}`;
    expect((await of.ask(`${path}?format=json&fields=user,type`)).body).toBe(
      '{"type":"invoicepayment_create","user":"System"}',
    );
    const { status, body } = await of.ask(`${path}?fields=user,foo`);
    expect([status, readErrorXml(body)]).toEqual([400, "foo unknown"]);
  });

  it("reads only its second, and nothing for an invalid number", async () => {
    const of = dialect();
    const id = await newestId(of);
    of.page.mockClear();
    await of.ask(`${list}/${id}`);
    expect(of.page.mock.calls.map(([{ since, until }]) => [since, until])).toEqual([
      ["2026-05-11T08:09:00.000Z", "2026-05-11T08:09:00.999Z"],
    ]);
    of.page.mockClear();
    for (const none of ["abc", "-1", "1.5", "9007199254740992"]) {
      const { status, body } = await of.ask(`${list}/${none}`);
      expect([status, readErrorXml(body)]).toEqual([404, "activity_id unknown"]);
    }
    expect(of.page).not.toHaveBeenCalled();
  });

  it("returns the same 404 for another activity of its second, another second and an invalid number", async () => {
    const of = dialect();
    const id = Number(await newestId(of));
    const answers = await Promise.all(
      [id + 1, id - 1, id + 2 ** 21, 7001, "abc"].map(async (unknown) => {
        const { trace, ...answer } = await of.ask(`${list}/${unknown}?format=json`);
        expect(trace.auditFields).toEqual({
          route: "activity",
          token_id: aToken().token_id,
          org_id: "org_8f9a1c2d",
          filters: `activity_id=${unknown}`,
        });
        return { ...answer, learned: trace.responseHeaders };
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect([answers[0]?.status, answers[0]?.body]).toEqual([404, '{"error":"activity_id unknown"}']);
  });
});

describe("audit fields", () => {
  const identity = { token_id: aToken().token_id, org_id: "org_8f9a1c2d" };

  it("contain the token, the account, the count, and the response has the rate-limit headers", async () => {
    const of = dialect();
    const id = await newestId(of);
    const context = async (target: string) => {
      const { trace } = await of.ask(target);
      expect(trace.responseHeaders).toEqual({
        "x-ratelimit-limit": "600",
        "x-ratelimit-remaining": "599",
        "x-ratelimit-reset": String(Date.parse("2026-06-01T12:01:00Z") / 1000),
      });
      return trace.auditFields;
    };
    const listed = { ...identity, route: "list" };
    expect(await context(list)).toEqual({ ...listed, filters: "skip=0 take=100", count: 4 });
    expect(await context(`${list}?skip=3`)).toEqual({ ...listed, filters: "skip=3 take=100", count: 1 });
    expect(await context(`${list}?skip=4`)).toEqual({ ...listed, filters: "skip=4 take=100", count: 0 });
    const one = { ...identity, route: "activity" };
    expect(await context(`${list}/${id}`)).toEqual({ ...one, filters: `activity_id=${id}`, count: 1 });
    expect(await context(`${list}/7001`)).toEqual({ ...one, filters: "activity_id=7001" });
    expect(await context(account)).toEqual({ ...identity, route: "account" });
  });

  it("contain the user of the key", async () => {
    const { ask } = simplybooksDialect({ tokens: [aToken({ user_id: "usr_1" })] });
    expect((await ask(account)).trace.auditFields).toEqual({ ...identity, route: "account", user_id: "usr_1" });
  });

  const factsOf = async (query: string) => {
    const { status, trace } = await dialect().ask(`${list}?${query}`);
    expect(status).toBe(200);
    return trace.auditFields;
  };

  it.each(["user", "description", "information"])("contain the condition on %s without its text", async (field) => {
    for (const [sign, operator] of [
      ["=", "eq"],
      ["!=", "ne"],
      ["=~", "contains"],
      ["__ge__", "ge"],
    ]) {
      const context = await factsOf(`filter=${field}${sign}Hidden`);
      expect(context.filters).toBe(`${field}.${operator}=… skip=0 take=100`);
      expect(JSON.stringify(context)).not.toMatch(/hidden/i);
    }
  });

  it("contain that there was a search, without its term", async () => {
    const context = await factsOf("search=Hidden");
    expect(context.filters).toBe("search=… skip=0 take=100");
    expect(JSON.stringify(context)).not.toMatch(/hidden/i);
    expect((await factsOf("search=%20")).filters).toBe("skip=0 take=100");
  });

  it("contain all other parameters in order", async () => {
    const { filters, entity_id } = await factsOf(
      "take=2&filter=type=invoice_email,user=~Hidden,client_id=con_1,date__ge__2026-05-01&search=x",
    );
    expect(filters).toBe(
      "type.eq=invoice_email user.contains=… client_id.eq=con_1 date.ge=2026-05-01 search=… skip=0 take=2",
    );
    expect(entity_id).toBeUndefined();
  });

  it.each([
    ["invoice_id=inv_1", "inv_1"],
    ["invoice_id__eq__inv_1", "inv_1"],
    ["client_id=con_1,quote_id=q_1", "q_1"],
    ["invoice_id!=inv_1", undefined],
    ["invoice_id=~inv_1", undefined],
    ["linked_invoice_id=inv_1", undefined],
    ["client_id=con_1", undefined],
  ])("of %s contain the document %s", async (filter, entity_id) => {
    expect((await factsOf(`filter=${filter}`)).entity_id).toBe(entity_id);
  });

  it("contain the token but no account when the scope is missing", async () => {
    const { ask } = dialect();
    const { status, trace } = await ask(list, { headers: { "x-api-key": aSecret(), "x-accountid": "org_none" } });
    expect([status, trace.auditFields]).toEqual([403, { route: "list", token_id: aToken().token_id }]);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("599");
  });
});

describe("account settings", () => {
  it("are read once a minute by concurrent requests", async () => {
    const { ask, readOrg, clock } = dialect();
    for (const target of [list, `${list}/7001`, account, `${list}?take=1`]) await ask(target);
    expect(readOrg).toHaveBeenCalledTimes(1);
    clock.now = new Date(testNow.getTime() + 59_999);
    await ask(account);
    expect(readOrg).toHaveBeenCalledTimes(1);
    clock.now = new Date(testNow.getTime() + 60_000);
    await ask(account);
    expect(readOrg).toHaveBeenCalledTimes(2);
  });

  it("determine times and the robot's name in lists, single activities and filters", async () => {
    const of = simplybooksDialect({ events: hour, orgs: [anOrg({ time_zone: "Asia/Kolkata", robot_name: "Robot" })] });
    const { ask } = of;
    const wanted = '{"date":"2026-05-11 13:39:00","user":"Robot"}';
    expect((await ask(`${list}?format=json&take=1&fields=date,user`)).body).toBe(`[${wanted}]`);
    expect((await ask(`${list}/${await newestId(of)}?format=json&fields=date,user`)).body).toBe(wanted);
    for (const filter of ["user=Robot", "date=2026-05-11%2013:39:00"]) {
      expect((await ask(`${list}?format=json&fields=date,user&filter=${filter}`)).body).toBe(`[${wanted}]`);
    }
  });

  it("are read again by the next request after a failure", async () => {
    const { ask, readOrg } = dialect();
    readOrg.mockRejectedValueOnce(new Error("The store is away."));
    const failed = await ask(list);
    expect([failed.status, readErrorXml(failed.body)]).toEqual([
      500,
      "internal error: quote request req-1 when you report it",
    ]);
    expect((await ask(list)).status).toBe(200);
    expect(readOrg).toHaveBeenCalledTimes(2);
  });
});

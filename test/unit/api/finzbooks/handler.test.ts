import { describe, expect, it } from "vitest";
import { renderPage } from "#shared/api/finzbooks/render.ts";
import { dialect, onePage } from "#test/support/api/dialect.ts";
import { anEvent, aQuery, aRequest, aToken } from "#test/support/builders.ts";
import { catchRejection } from "#test/support/catch-error.ts";

const activity = "/api/public/v1/activity";

describe("GET /activity", () => {
  it("returns the events of the organisation", async () => {
    const { answer, read, trace } = dialect();
    const response = await answer(aRequest(`${activity}?limit=5&entity_type=BILL`));
    expect(response).toEqual({
      status: 200,
      headers: {
        "content-type": "application/json",
        etag: expect.stringMatching(/^W\//),
        "cache-control": "private, no-cache",
        vary: "accept-encoding, authorization, origin, x-aibooks-org",
      },
      body: renderPage(onePage.events, 5, false),
    });
    expect(read.mock.calls.map(([query]) => query)).toEqual([aQuery({ limit: 5, entity_type: "BILL" })]);
    expect(trace.auditFields).toEqual({
      route: "activity",
      token_id: aToken().token_id,
      org_id: "org_8f9a1c2d",
      filters: "entity_type=BILL limit=5",
      count: 1,
    });
  });

  it("returns the timeline of a document under the document's path", async () => {
    const { answer, read } = dialect();
    await answer(aRequest("/api/public/v1/credit_notes/cn/1 #ü/activity"));
    expect(read.mock.calls.map(([query]) => query)).toEqual([
      aQuery({ entity_type: "CREDIT_NOTE", entity_id: "cn/1 #ü" }),
    ]);
  });

  it.each([
    ["/api/public/v1/invoices/inv_1/activity?limit=5", "entity_type=INVOICE limit=5"],
    [
      "/api/public/v1/invoices/inv_1/activity?limit=5&since=2026-05-01&until=2026-05-31T10:00:00Z",
      "entity_type=INVOICE since=2026-05-01T00:00:00.000Z until=2026-05-31T10:00:00.999Z limit=5",
    ],
    [`${activity}?entity_id=inv_1&actor_user_id=usr_2`, "actor_user_id=usr_2 limit=100"],
    [`${activity}?entity_id=inv_1&action=INVOICE_SENT&include=actor`, "action=INVOICE_SENT limit=100 include=actor"],
    [`${activity}?entity_id=inv_1&event_id=${anEvent().event_id}`, `event_id=${anEvent().event_id} limit=100`],
  ])("sets the audit fields of the document, the token and the filters: %s", async (target, filters) => {
    const { answer, trace } = dialect({ token: aToken({ user_id: "usr_1" }) });
    await answer(aRequest(target));
    expect(trace.auditFields).toEqual({
      route: "activity",
      token_id: aToken().token_id,
      user_id: "usr_1",
      org_id: "org_8f9a1c2d",
      entity_id: "inv_1",
      filters,
      count: 1,
    });
  });

  it("returns the rate-limit headers", async () => {
    const { answer, trace } = dialect({ used: 10 });
    await answer(aRequest(activity));
    expect(trace.responseHeaders).toEqual({
      "x-ratelimit-limit": "600",
      "x-ratelimit-remaining": "590",
      "x-ratelimit-reset": String(Date.parse("2026-06-01T12:01:00Z") / 1000),
    });
  });
});

describe("GET /activity with If-None-Match", () => {
  const headers = aRequest(activity).headers;

  it("returns 304 and counts the request when the page is unchanged", async () => {
    const { answer, trace, count } = dialect({ used: 10 });
    const first = await answer(aRequest(activity));
    const second = await answer(aRequest(activity, { headers: { ...headers, "if-none-match": first.headers.etag } }));
    expect(second).toEqual({ status: 304, headers: first.headers, body: "" });
    expect(count).toHaveBeenCalledTimes(2);
    expect(trace.responseHeaders["x-ratelimit-remaining"]).toBe("590");
    expect(trace.auditFields.count).toBe(1);
  });

  it("returns the page when only its next page differs", async () => {
    const { occurred_at, event_id } = anEvent();
    const [etag, other] = await Promise.all(
      ["inv_1", "inv_2"].map(async (entity_id) => {
        const { answer } = dialect({ page: { events: [anEvent()], next: { occurred_at, event_id, entity_id } } });
        return (await answer(aRequest(activity))).headers.etag;
      }),
    );
    expect(etag).not.toBe(other);
  });

  it("returns the error when the caller is refused", async () => {
    const { answer } = dialect({ token: aToken({ scopes: [] }) });
    const error = await catchRejection(answer(aRequest(activity, { headers: { ...headers, "if-none-match": "*" } })));
    expect(error.code).toBe("scope_missing");
  });
});

describe("GET /activity with event_id", () => {
  const { event_id } = anEvent();
  const others = Array.from({ length: 7 }, (_, at) => anEvent({ event_id: `evt_${String(at).padStart(32, "0")}` }));

  it("returns a list with the event for any limit", async () => {
    const { answer, read, trace } = dialect({ page: { events: [...others, anEvent()], next: null } });
    const { body, headers } = await answer(aRequest(`${activity}?event_id=${event_id}&entity_id=inv_8c3f1a9b&limit=5`));
    expect(body).toBe(renderPage([anEvent()], 5, false));
    expect(headers.link).toBeUndefined();
    expect(trace.auditFields.count).toBe(1);
    expect(read.mock.calls.map(([query]) => query)).toEqual([aQuery({ entity_id: "inv_8c3f1a9b", limit: 500 })]);
  });

  it("returns an empty list when no event matches", async () => {
    const { answer } = dialect({ page: { events: others, next: null } });
    const { body } = await answer(aRequest(`/api/public/v1/invoices/inv_8c3f1a9b/activity?event_id=${event_id}`));
    expect(body).toBe(renderPage([], 100, false));
  });

  it("returns 400 without a read when neither a document nor a day is named", async () => {
    const { answer, read } = dialect();
    // The first request of a token is counted before anything is read for it.
    for (let n = 0; n < 2; n++) {
      const error = await catchRejection(answer(aRequest(`${activity}?event_id=${event_id}`)));
      expect([error.code, error.context.field]).toEqual(["required_field", "entity_id"]);
    }
    expect(read).not.toHaveBeenCalled();
  });
});

describe("GET /activity, paging", () => {
  const { occurred_at, event_id, entity_id } = anEvent();
  const next = { occurred_at, event_id, entity_id };

  it("continues after the page by a Link with the same parameters", async () => {
    const { answer, read } = dialect({ page: { events: [anEvent()], next } });
    const first = await answer(aRequest(`${activity}?limit=1&entity_type=INVOICE&since=2026-05-01T00:00:00+05:30`));
    expect(JSON.parse(first.body).page_context.has_more_page).toBe(true);
    const [, address = ""] =
      /^<(https:\/\/api\.example\.com\/[!-;=?-~]+)>; rel="next"$/.exec(first.headers.link ?? "") ?? [];
    const { pathname, search } = new URL(address);
    await answer(aRequest(`${pathname}${search}`));
    const [before, after] = read.mock.calls.map(([query]) => query);
    expect(after).toEqual({ ...before, after: next });
  });

  it("encodes the path of a document in the Link", async () => {
    const { answer } = dialect({ page: { events: [anEvent()], next } });
    const { headers } = await answer(aRequest("/api/public/v1/invoices/a/b счёт>/activity"));
    expect(headers.link).toContain("/invoices/a%2Fb%20%D1%81%D1%87%D1%91%D1%82%3E/activity?cursor=");
  });

  it("returns no Link on the last page", async () => {
    expect((await dialect().answer(aRequest(activity))).headers.link).toBeUndefined();
  });

  it("returns 400 without a read for a cursor of another organisation or of other filters", async () => {
    const { answer } = dialect({ page: { events: [anEvent()], next } });
    const { headers } = await answer(aRequest(activity));
    const [, cursor = ""] = /cursor=([^>&]+)/.exec(headers.link ?? "") ?? [];
    const stranger = dialect({ token: aToken({ org_ids: ["org_b"] }) });
    const elsewhere = await catchRejection(stranger.answer(aRequest(`${activity}?cursor=${cursor}`)));
    expect([elsewhere.code, elsewhere.context.field]).toEqual(["invalid_value", "cursor"]);
    expect(stranger.read).not.toHaveBeenCalled();
    const refiltered = dialect();
    const error = await catchRejection(refiltered.answer(aRequest(`${activity}?cursor=${cursor}&entity_type=BILL`)));
    expect(error.code).toBe("invalid_value");
    expect(refiltered.read).not.toHaveBeenCalled();
  });
});

describe("GET /whoami", () => {
  const whoami = "/api/public/v1/whoami";

  it("returns the token with any scopes, without reading events", async () => {
    const { answer, read, trace } = dialect({ token: aToken({ scopes: [], user_id: "usr_1" }) });
    const { body } = await answer(aRequest(whoami));
    expect(JSON.parse(body).token).toEqual({
      token_id: aToken().token_id,
      org_id: "org_8f9a1c2d",
      user_id: "usr_1",
      scopes: [],
      tier: "DEFAULT",
    });
    const { token_id } = aToken();
    expect(trace.auditFields).toEqual({ route: "whoami", token_id, user_id: "usr_1", org_id: "org_8f9a1c2d" });
    expect(read).not.toHaveBeenCalled();
  });

  it("accepts only the organisation as parameter", async () => {
    const error = await catchRejection(dialect().answer(aRequest(`${whoami}?limit=1`)));
    expect([error.code, error.context]).toEqual([
      "invalid_value",
      { field: "limit", details: { valid: ["organization_id"] } },
    ]);
  });

  it("requires a token and an organisation that it is bound to", async () => {
    expect((await catchRejection(dialect().answer(aRequest(whoami, { headers: {} })))).code).toBe("unauthenticated");
    const request = aRequest(`${whoami}?organization_id=org_other`);
    expect((await catchRejection(dialect().answer(request))).code).toBe("org_mismatch");
  });
});

it("returns 404 for unknown paths and 405 for other methods before authentication", async () => {
  const { answer, count } = dialect();
  expect((await catchRejection(answer(aRequest("/nowhere", { headers: {} })))).code).toBe("not_found");
  expect((await catchRejection(answer(aRequest(activity, { method: "POST", headers: {} })))).code).toBe(
    "method_not_allowed",
  );
  expect(count).not.toHaveBeenCalled();
});

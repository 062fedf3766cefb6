import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFakturoidClient, createFinzbooksClient, createSimplybooksClient } from "#clients/client/client.ts";
import { parseNextCursor } from "#clients/client/finzbooks/cursor-list.ts";
import { createFakeApi, jsonResponse, rejectionOf, type SentRequest } from "#test/support/client/fake-api.ts";

const countUpTo = (total: number) => [...Array(total).keys()];

/** A list of FinzBooks, in pages of given lengths, as pages may be short or empty though more follow. */
function createFeed(lengths: readonly number[]) {
  const starts = lengths.map((_, at) => lengths.slice(0, at).reduce((sum, length) => sum + length, 0));
  return createFakeApi(({ url }) => {
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const items = countUpTo(lengths[at] ?? 0).map((index) => ({ event_id: String((starts[at] ?? 0) + index) }));
    const isLast = at === lengths.length - 1;
    const link = `<https://elsewhere.example${url.pathname}?limit=1&cursor=${at + 1}>; rel="next"`;
    return jsonResponse({ activity: items, deliveries: items, page_context: { has_more_page: !isLast } }, 200, {
      etag: `W/"${at}"`,
      ...(isLast ? {} : { link }),
    });
  });
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const pageLengths = fc.array(fc.nat(4), { minLength: 1, maxLength: 6 });

describe("lists with cursors", () => {
  it("iterate over all items in their order, and request each page once", async () => {
    await fc.assert(
      fc.asyncProperty(pageLengths, async (lengths) => {
        const api = createFeed(lengths);
        const { activity } = createFinzbooksClient({ ...api.options, token: "secret" });
        const events = await collect(activity.iterate({ action: "INVOICE_PAID", include: ["actor", "text"] }));
        const total = lengths.reduce((sum, length) => sum + length, 0);
        expect(events.map(({ event_id }) => Number(event_id))).toEqual(countUpTo(total));
        expect(api.requests.map(({ url }) => url.searchParams.get("cursor"))).toEqual([
          null,
          ...countUpTo(lengths.length).slice(1).map(String),
        ]);
      }),
    );
  });

  it("send the parameters with each page, to the host of baseUrl only", async () => {
    const api = createFeed([1, 1]);
    const { timeline } = createFinzbooksClient({ ...api.options, token: "secret", org: "org_1" });
    await collect(timeline("credit_notes", "cn/1").iterate({ include: ["actor", "text"], since: "2026-05-11" }));
    expect(api.requests.map(({ url }) => url.href)).toEqual([
      "https://activity.example.com/api/public/v1/credit_notes/cn%2F1/activity?include=actor%2Ctext&since=2026-05-11",
      "https://activity.example.com/api/public/v1/credit_notes/cn%2F1/activity?include=actor%2Ctext&since=2026-05-11&cursor=1",
    ]);
    expect(api.requests.map(({ headers }) => [headers.get("authorization"), headers.get("x-aibooks-org")])).toEqual([
      ["Bearer secret", "org_1"],
      ["Bearer secret", "org_1"],
    ]);
  });

  it("request a page only when it is needed", async () => {
    const api = createFeed([2, 2, 2]);
    const { activity } = createFinzbooksClient({ ...api.options, token: "secret" });
    for await (const { event_id } of activity.iterate()) if (event_id === "2") break;
    expect(api.requests).toHaveLength(2);
  });

  it("return plain pages, of which next can be stored", async () => {
    const api = createFeed([1, 1]);
    const { deliveries } = createFinzbooksClient({ ...api.options, token: "secret" }).webhooks;
    const first = await deliveries("wh_1").list({ status: "failed" });
    expect(first).toEqual({ items: [{ event_id: "0" }], next: { status: "failed", cursor: "1" }, etag: 'W/"0"' });
    const stored: typeof first.next = JSON.parse(JSON.stringify(first.next));
    expect(await deliveries("wh_1").list(stored ?? {})).toMatchObject({ items: [{ event_id: "1" }], next: null });
  });

  it("fail when the link to the next page is missing, so that no list looks complete", async () => {
    const api = createFakeApi(() => jsonResponse({ activity: [], page_context: { has_more_page: true } }));
    const { activity } = createFinzbooksClient({ ...api.options, token: "secret" });
    expect(await rejectionOf(collect(activity.iterate()))).toMatchObject({ code: "invalid_response" });
  });

  it("fail when the next page would be the same one, so that no list is endless", async () => {
    const link = '</api/public/v1/activity?cursor=1>; rel="next"';
    const body = { activity: [{ event_id: "1" }], page_context: { has_more_page: true } };
    const api = createFakeApi(() => jsonResponse(body, 200, { link }));
    const { activity } = createFinzbooksClient({ ...api.options, token: "secret" });
    expect(await rejectionOf(collect(activity.iterate()))).toMatchObject({ code: "invalid_response" });
    expect(api.requests).toHaveLength(2);
  });

  it("find the next page in a link header of any length, in linear time", () => {
    expect(parseNextCursor(`<a?cursor=0>; rel="first", <a?cursor=1>; rel="next"`)).toBe("1");
    const begun = performance.now();
    expect(parseNextCursor("<".repeat(200_000))).toBeNull();
    // In quadratic time, it takes more than ten seconds.
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it("end with the reason of a signal that is aborted between pages", async () => {
    const api = createFeed([1, 1]);
    const { activity } = createFinzbooksClient({ ...api.options, token: "secret" });
    const controller = new AbortController();
    const events = activity.iterate({}, { signal: controller.signal });
    await events.next();
    controller.abort(new Error("enough"));
    expect(await rejectionOf(events.next())).toEqual(new Error("enough"));
    expect(api.requests).toHaveLength(1);
  });
});

describe("conditional requests", () => {
  const api = createFakeApi(({ headers }) => {
    const etag = 'W/"1"';
    if (headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers: { etag } });
    return jsonResponse({ activity: [{ event_id: "1" }], page_context: { has_more_page: false } }, 200, { etag });
  });
  const { activity } = createFinzbooksClient({ ...api.options, token: "secret" });

  it("return null while the page is unchanged, and the page otherwise", async () => {
    const page = await activity.list({ limit: 1 }, { ifNoneMatch: null });
    expect(page?.items).toEqual([{ event_id: "1" }]);
    expect(await activity.list({ limit: 1 }, { ifNoneMatch: page?.etag ?? null })).toBeNull();
    expect(await activity.list({ limit: 1 }, { ifNoneMatch: 'W/"0"' })).toEqual(page);
  });

  it("fail when the API responds 304 without a condition", async () => {
    const { options } = createFakeApi(({ method }) =>
      method === "POST" ? jsonResponse({ access_token: "t", expires_in: 7_200 }) : new Response(null, { status: 304 }),
    );
    const fakturoid = createFakturoidClient({ ...options, clientId: "i", clientSecret: "s", userAgent: "Tests" });
    const { activity } = createFinzbooksClient({ ...options, token: "secret" });
    const { activities } = createSimplybooksClient({ ...options, apiKey: "secret" });
    const events = fakturoid.events("acme");
    const withoutCondition = { ifNoneMatch: null };
    for (const page of [
      ...[activity.list(), activity.list({}, withoutCondition)],
      ...[activities.list(), activities.list({}, withoutCondition)],
      ...[events.list(), events.list({}, withoutCondition)],
    ]) {
      expect(await rejectionOf(page)).toMatchObject({ code: "invalid_response", status: 304 });
    }
  });
});

/** A list of this many items in pages by number; each request is of a page that `read` finds. */
function createNumberedApi(total: number, read: (request: SentRequest) => { skip: number; take: number }) {
  return createFakeApi((request) => {
    if (request.method === "POST") return jsonResponse({ access_token: "t", expires_in: 7_200 });
    const { skip, take } = read(request);
    return jsonResponse(countUpTo(total).slice(skip, skip + take));
  });
}

/** A page that is not full is the last one, so a full one is followed by another request. */
const pagesOf = (total: number, take: number) => Math.floor(total / take) + 1;

describe("lists with pages by number", () => {
  it("iterate over all activities of SimplyBooks, and end at the first page that is not full", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 7 }), fc.nat(3), async (total, take, skip) => {
        const api = createNumberedApi(total, ({ url }) => ({
          skip: Number(url.searchParams.get("skip") ?? 0),
          take: Number(url.searchParams.get("take")),
        }));
        const { activities } = createSimplybooksClient({ ...api.options, apiKey: "secret" });
        expect(await collect(activities.iterate({ take, skip }))).toEqual(countUpTo(total).slice(skip));
        expect(api.requests).toHaveLength(pagesOf(Math.max(0, total - skip), take));
      }),
    );
  });

  it("use the page size of SimplyBooks without take, and request JSON with the key and the account", async () => {
    const api = createNumberedApi(150, ({ url }) => ({ skip: Number(url.searchParams.get("skip") ?? 0), take: 100 }));
    const { activities } = createSimplybooksClient({ ...api.options, apiKey: "secret", account: "1001" });
    expect(await collect(activities.iterate({ fields: ["type", "date"] }))).toHaveLength(150);
    expect(api.requests.map(({ url }) => url.search)).toEqual([
      "?fields=type%2Cdate&format=json",
      "?fields=type%2Cdate&skip=100&format=json",
    ]);
    expect(api.requests[0]?.headers.get("x-api-key")).toBe("secret");
    expect(api.requests[0]?.headers.get("x-accountid")).toBe("1001");
  });

  it.each([0, 39, 40, 41, 80])("iterate over all %i events of Fakturoid", async (total) => {
    const api = createNumberedApi(total, ({ url }) => ({
      skip: (Number(url.searchParams.get("page") ?? 1) - 1) * 40,
      take: 40,
    }));
    const client = createFakturoidClient({ ...api.options, clientId: "i", clientSecret: "s", userAgent: "Tests" });
    expect(await collect(client.paidEvents("acme").iterate({ since: "2026-05-11" }))).toEqual(countUpTo(total));
    expect(api.requests.slice(1).map(({ url }) => `${url.pathname}${url.search}`)).toEqual(
      countUpTo(pagesOf(total, 40)).map(
        (at) => `/api/v3/accounts/acme/events/paid.json?since=2026-05-11${at === 0 ? "" : `&page=${at + 1}`}`,
      ),
    );
  });
});

import { describe, expect, it } from "vitest";
import { createEventSource, type EventSourceOptions } from "#clients/timeline/events/event-source.ts";
import {
  createFakeApi,
  fakeStart,
  jsonResponse,
  rejectionOf,
  type SentRequest,
} from "#test/support/client/fake-api.ts";
import { anApiEvent } from "./timeline-fixtures.ts";

const { signal } = new AbortController();
const first = { cursor: null, etag: null, signal };

function createSource(respond: (request: SentRequest) => Response, options: Partial<EventSourceOptions> = {}) {
  const { options: api, requests } = createFakeApi(respond);
  const source = { baseUrl: "https://activity.example.com/", token: "secret", ...options };
  return { fetchPage: createEventSource(source, { fetch: api.fetch ?? fetch, now: () => fakeStart }), requests };
}

function pageResponse(activity: readonly unknown[], headers: Record<string, string> = {}, has_more_page = false) {
  return jsonResponse({ code: 0, activity, page_context: { has_more_page } }, 200, headers);
}

describe("createEventSource", () => {
  it("returns which share of the rate limit is left", async () => {
    const headers = { "x-ratelimit-limit": "600", "x-ratelimit-remaining": "150" };
    const { fetchPage } = createSource(() => pageResponse([], headers));
    expect((await fetchPage({}, first)).budget).toBe(0.25);
  });

  it("requests the events of a query with their actors, texts and related entities", async () => {
    const { fetchPage, requests } = createSource(() => pageResponse([anApiEvent()], { etag: 'W/"1"' }), {
      org: "org_1",
    });
    const { page } = await fetchPage({ entity_type: "INVOICE", entity_id: "inv_1" }, first);
    expect(page).toMatchObject({ events: [{ id: "evt_1" }], next: null, etag: 'W/"1"' });
    const [request] = requests;
    expect(request?.url.href).toBe(
      "https://activity.example.com/api/public/v1/activity?limit=50&include=actor%2Ctext%2Crelated&entity_type=INVOICE&entity_id=inv_1",
    );
    expect(request?.headers.get("authorization")).toBe("Bearer secret");
    expect(request?.headers.get("x-aibooks-org")).toBe("org_1");
  });

  it("returns the cursor of the link, and sends it to its own host only", async () => {
    const link = '<https://evil.example.com/x?cursor=abc>; rel="next"';
    const { fetchPage, requests } = createSource(() => pageResponse([], { link }, true));
    expect(await fetchPage({}, first)).toMatchObject({ page: { next: "abc" } });
    await fetchPage({}, { ...first, cursor: "abc" });
    expect(requests[1]?.url.host).toBe("activity.example.com");
    expect(requests[1]?.url.searchParams.get("cursor")).toBe("abc");
  });

  it("returns null when the page has not changed", async () => {
    const { fetchPage, requests } = createSource(() => new Response(null, { status: 304 }));
    expect(await fetchPage({}, { ...first, etag: 'W/"1"' })).toEqual({ page: null, budget: 1 });
    expect(requests[0]?.headers.get("if-none-match")).toBe('W/"1"');
  });

  it("leaves out what is not an event", async () => {
    const { fetchPage } = createSource(() => pageResponse([null, 7, {}, anApiEvent({ event_id: "evt_2" })]));
    expect((await fetchPage({}, first)).page?.events.map(({ id }) => id)).toEqual(["evt_2"]);
  });

  it.each([
    [401, "unauthenticated"],
    [403, "forbidden"],
    [500, "internal"],
    [503, "unavailable"],
  ])("throws an error for status %i", async (status, code) => {
    const { fetchPage } = createSource(() => jsonResponse({ code: "x" }, status));
    expect(await rejectionOf(fetchPage({}, first))).toMatchObject({ code });
  });

  it("reports when the rate limit ends", async () => {
    const { fetchPage } = createSource(() => jsonResponse({}, 429, { "retry-after": "17" }));
    expect(await rejectionOf(fetchPage({}, first))).toMatchObject({ code: "rate_limited", retryAfterMs: 17_000 });
  });

  it.each([
    ["the page of a captive portal", () => new Response("<html>Sign in</html>")],
    ["a list without events", () => jsonResponse({ activity: {}, page_context: {} })],
    ["a page that lost its link", () => pageResponse([], {}, true)],
  ])("refuses %s", async (_, respond) => {
    const { fetchPage } = createSource(respond);
    expect(await rejectionOf(fetchPage({}, first))).toMatchObject({ code: "invalid_response" });
  });

  it("throws a network error without the token", async () => {
    const { fetchPage } = createSource(() => {
      throw new TypeError("Failed to fetch");
    });
    const error = await rejectionOf(fetchPage({}, first));
    expect(error).toMatchObject({ code: "network" });
    expect(String(error)).not.toContain("secret");
  });
});

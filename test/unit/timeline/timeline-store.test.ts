import { describe, expect, it } from "vitest";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { aPage, createStoreFixture, numbersOf } from "./timeline-ports.ts";

describe("TimelineStore › pages", () => {
  it("loads the first page, then the next ones by their cursors", async () => {
    const { store, requests } = createStoreFixture([aPage([9, 8], "c1"), aPage([7, 6])]);
    await store.load({ entity_id: "inv_1" });
    expect(store.state).toMatchObject({ status: { kind: "ready" }, hasMore: true });
    await store.loadMore();
    expect(numbersOf(store)).toEqual([9, 8, 7, 6]);
    expect(store.state.hasMore).toBe(false);
    await store.loadMore();
    expect(requests.map(({ options }) => options.cursor)).toEqual([null, "c1"]);
    expect(requests.every(({ query }) => query.entity_id === "inv_1")).toBe(true);
  });

  it("shows an event once when pages overlap", async () => {
    const { store } = createStoreFixture([aPage([9, 8], "c1"), aPage([8, 7])]);
    await store.load({});
    await store.loadMore();
    expect(numbersOf(store)).toEqual([9, 8, 7]);
  });

  it("requests a page once however often it is asked for", async () => {
    const { store, requests } = createStoreFixture([aPage([9], "c1"), "never"]);
    await store.load({});
    store.loadMore();
    store.loadMore();
    expect(requests).toHaveLength(2);
    expect(store.state.status.kind).toBe("loading_more");
  });

  it("drops the response of a query that another one has replaced", async () => {
    const { store, requests } = createStoreFixture(["never", aPage([5])]);
    store.load({ entity_id: "inv_1" });
    await store.load({ entity_id: "inv_2" });
    expect(requests[0]?.options.signal.aborted).toBe(true);
    expect(numbersOf(store)).toEqual([5]);
  });
});

describe("TimelineStore › new events", () => {
  it("keeps events that arrive until they are shown", async () => {
    const { store, requests, elapse } = createStoreFixture([aPage([3, 2, 1], "c1"), aPage([5, 4, 3], "c2")]);
    await store.load({});
    await elapse();
    expect(requests[1]?.options.etag).toBe('"3,2,1"');
    expect(store.state).toMatchObject({ newCount: 2, hasUncountedNew: false });
    expect(numbersOf(store)).toEqual([3, 2, 1]);
    store.showNewEvents();
    expect(numbersOf(store)).toEqual([5, 4, 3, 2, 1]);
    expect(store.state).toMatchObject({ newCount: 0, hasMore: true });
  });

  it("begins anew when more events have arrived than a page holds", async () => {
    const responses = [aPage([2, 1], "c1"), aPage([9, 8], "c8"), aPage([7, 6], "c6")];
    const { store, requests, elapse } = createStoreFixture(responses);
    await store.load({});
    await elapse();
    expect(store.state).toMatchObject({ newCount: 2, hasUncountedNew: true });
    store.showNewEvents();
    await store.loadMore();
    expect(numbersOf(store)).toEqual([9, 8, 7, 6]);
    expect(requests[2]?.options.cursor).toBe("c8");
  });

  it("shows the first events of an empty timeline immediately", async () => {
    const { store, elapse } = createStoreFixture([aPage([]), aPage([1])]);
    await store.load({});
    await elapse();
    expect(numbersOf(store)).toEqual([1]);
    expect(store.state.newCount).toBe(0);
  });

  it("polls each four seconds for a minute without news, then less often, until something is new", async () => {
    const unchanged = Array.from({ length: 26 }, () => null);
    const { store, elapse, timer } = createStoreFixture([aPage([1]), ...unchanged, aPage([2, 1])]);
    await store.load({});
    const delays = [timer()];
    for (let poll = 0; poll < 27; poll++) {
      await elapse();
      delays.push(timer());
    }
    expect(delays.slice(0, 16)).toEqual(Array(16).fill(4_000));
    expect(delays.slice(16)).toEqual([
      ...[6_000, 9_000, 13_500, 20_250, 30_375, 45_563, 68_344, 102_516],
      ...[120_000, 120_000, 120_000, 4_000],
    ]);
  });

  it("polls soon when the reader is there again", async () => {
    const { store, requests, elapse, timer, advance } = createStoreFixture([aPage([1]), ...Array(20).fill(null)]);
    await store.load({});
    for (let poll = 0; poll < 18; poll++) await elapse();
    expect(timer()).toBe(13_500);
    advance(1_000);
    store.noteReader();
    expect(timer()).toBe(3_000);
    advance(10_000);
    store.noteReader();
    await elapse();
    expect([requests.length, timer()]).toEqual([20, 4_000]);
  });

  it.each([
    [0.6, 4_000],
    [0.4, 37_500],
    [0.2, 75_000],
    [0, 120_000],
  ])("polls after the right time when a share of %d of the rate limit is left", async (budget, delay) => {
    const { store, timer } = createStoreFixture([aPage([1])], { budgets: [budget] });
    await store.load({});
    store.noteReader();
    expect(timer()).toBe(delay);
  });

  it("does not poll while the page is hidden, and polls when it is visible again", async () => {
    const { store, requests, elapse, timer, advance } = createStoreFixture([aPage([1]), null]);
    await store.load({});
    store.setVisible(false);
    expect(timer()).toBeNull();
    advance(60_000);
    store.setVisible(true);
    expect(timer()).toBe(0);
    await elapse();
    expect(requests).toHaveLength(2);
  });

  it("does not poll more often when the page is hidden and visible again and again", async () => {
    const { store, timer, advance } = createStoreFixture([aPage([1])]);
    await store.load({});
    advance(1_000);
    store.setVisible(false);
    store.setVisible(true);
    expect(timer()).toBe(3_000);
  });

  it("ends all requests and timers when it is stopped", async () => {
    const { store, timer } = createStoreFixture([aPage([1])]);
    await store.load({});
    store.stop();
    expect(timer()).toBeNull();
  });
});

describe("TimelineStore › errors", () => {
  const expired = new ActivityLogError("unauthenticated", "expired", { status: 401 });
  const offline = new ActivityLogError("network", "failed");

  it("asks the host for a token once, and repeats the request with it", async () => {
    const { store, renewals } = createStoreFixture([expired, aPage([1])], { canRenew: true });
    await store.load({});
    expect([renewals(), store.state.status.kind]).toEqual([1, "ready"]);
  });

  it("does not ask in a loop when the new token is refused, too", async () => {
    const { store, renewals, requests, timer } = createStoreFixture([expired, expired], { canRenew: true });
    await store.load({});
    expect([renewals(), requests.length, timer()]).toEqual([1, 2, null]);
    expect(store.state.status.kind).toBe("token_expired");
  });

  it("keeps the events and continues when the host sets a token later", async () => {
    const { store, elapse, renewals } = createStoreFixture([aPage([1]), expired, aPage([2, 1])]);
    await store.load({});
    await elapse();
    expect(store.state).toMatchObject({ status: { kind: "token_expired" }, events: [{ id: "evt_1" }] });
    await store.retryWithNewToken();
    expect(store.state).toMatchObject({ status: { kind: "ready" }, newCount: 1 });
    expect(renewals()).toBe(1);
  });

  it("waits as long as the rate limit states, then repeats the request", async () => {
    const limited = new ActivityLogError("rate_limited", "slow down", { status: 429, retryAfterMs: 17_000 });
    const { store, timer, elapse } = createStoreFixture([limited, aPage([1])]);
    await store.load({});
    const retryAtMs = Date.parse("2026-05-11T12:00:17Z");
    expect(store.state.status).toEqual({ kind: "rate_limited", retryAtMs });
    expect(timer()).toBe(17_000);
    await elapse();
    expect(numbersOf(store)).toEqual([1]);
  });

  it("keeps what is shown when a poll exceeds the rate limit, and waits although the reader is there", async () => {
    const limited = new ActivityLogError("rate_limited", "slow down", { status: 429, retryAfterMs: 17_000 });
    const { store, timer, elapse } = createStoreFixture([aPage([1]), limited, null]);
    await store.load({});
    await elapse();
    store.noteReader();
    store.setVisible(false);
    store.setVisible(true);
    expect([store.state.status.kind, timer()]).toEqual(["ready", 17_000]);
    await elapse();
    expect(timer()).toBe(4_000);
  });

  it("does not say that the token has expired while the host renews it", async () => {
    const { store, states, elapse } = createStoreFixture([aPage([1]), expired, null], { canRenew: true });
    await store.load({});
    await elapse();
    expect(states.some(({ status }) => status.kind === "token_expired")).toBe(false);
    expect(store.state.status.kind).toBe("ready");
  });

  it("waits until the browser is online", async () => {
    const { store, timer, elapse } = createStoreFixture([offline, aPage([1])]);
    store.setOnline(false);
    await store.load({});
    expect([store.state.status.kind, timer()]).toEqual(["offline", null]);
    store.setOnline(true);
    expect(timer()).toBe(0);
    await elapse();
    expect(numbersOf(store)).toEqual([1]);
  });

  it("repeats a request that failed, at growing intervals", async () => {
    const failed = new ActivityLogError("unavailable", "down", { status: 503, requestId: "req_1" });
    const { store, timer, elapse } = createStoreFixture([failed, failed, aPage([1])]);
    await store.load({});
    expect(store.state.status).toEqual({ kind: "failed", requestId: "req_1" });
    expect(timer()).toBe(60_000);
    await elapse();
    expect(timer()).toBe(120_000);
    await elapse();
    expect([numbersOf(store), timer()]).toEqual([[1], 4_000]);
  });

  it("shows nothing when a poll fails, and polls again later", async () => {
    const { store, elapse, timer } = createStoreFixture([aPage([1]), offline, null]);
    await store.load({});
    await elapse();
    expect([store.state.status.kind, timer()]).toEqual(["ready", 60_000]);
    await elapse();
    expect(timer()).toBe(4_000);
  });

  it.each(["invalid_request", "invalid_response", "not_found"] as const)("does not repeat %s", async (code) => {
    const { store, timer } = createStoreFixture([new ActivityLogError(code, "no")]);
    await store.load({});
    expect([store.state.status.kind, timer()]).toEqual(["failed", null]);
  });

  it("repeats nothing that is forbidden, also when the page is visible again", async () => {
    const { store, requests, timer } = createStoreFixture([new ActivityLogError("forbidden", "no")]);
    await store.load({});
    store.setVisible(false);
    store.setVisible(true);
    expect([store.state.status.kind, requests.length, timer()]).toEqual(["forbidden", 1, null]);
  });

  it("repeats the failed page when the reader asks for it", async () => {
    const { store, requests } = createStoreFixture([aPage([2], "c1"), offline, aPage([1])]);
    await store.load({});
    await store.loadMore();
    expect(store.state.status.kind).toBe("failed");
    await store.retry();
    expect(numbersOf(store)).toEqual([2, 1]);
    expect(requests[2]?.options.cursor).toBe("c1");
  });
});

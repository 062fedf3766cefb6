import { describe, expect, it } from "vitest";
import type { ActivityEvent } from "#clients/client/finzbooks/finzbooks-client.ts";
import { ActivityLogError } from "#clients/client/http/activity-log-error.ts";
import { ActivityFeed } from "#clients/console/activity/feed/activity-feed.ts";
import { anApiEvent, listOf } from "#test/support/console/api-event.ts";
import { until } from "#test/support/until.ts";

const someEvents = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    anApiEvent({ event_id: `evt_${index}`, occurred_at: new Date(1e12 - index * 1_000).toISOString() }),
  );

/** Newer than all of `someEvents`. */
const newEvents = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    anApiEvent({ event_id: `evt_new_${index}`, occurred_at: new Date(2e12 - index * 1_000).toISOString() }),
  );

function setUp(events: readonly ActivityEvent[], fail?: (request: number) => void) {
  const timers: (() => void)[] = [];
  const activity = listOf(events, fail);
  const feed = new ActivityFeed(
    { action: "INVOICE_SENT" },
    {
      activity,
      onChange: () => undefined,
      isOnline: () => true,
      random: () => 0.5,
      setTimer(callback) {
        timers.push(callback);
        return () => timers.splice(timers.indexOf(callback), 1);
      },
    },
  );
  return { feed, activity, timers };
}

describe("ActivityFeed › reading", () => {
  it("reads a small page first, then larger ones up to 5,000 events", async () => {
    const { feed, activity } = setUp(someEvents(7_000));
    await feed.read();
    expect(activity.requests.slice(0, 2).map(({ limit }) => limit)).toEqual([100, 500]);
    expect(feed.state).toMatchObject({ isReady: true, isReading: false, hasMore: true });
    expect(feed.state.events).toHaveLength(5_100);
  });

  it("reads on when the reader reaches the end, and all when asked", async () => {
    const { feed } = setUp(someEvents(7_000));
    await feed.read();
    feed.readMore();
    await until(() => !feed.state.isReading);
    expect(feed.state.events).toHaveLength(5_600);
    feed.readAll();
    await until(() => !feed.state.isReading);
    expect(feed.state.hasMore).toBe(false);
    expect(new Set(feed.state.events.map(({ id }) => id)).size).toBe(7_000);
  });

  it("stops reading all after the page that is being read", async () => {
    const { feed } = setUp(someEvents(50_000));
    feed.readAll();
    feed.stopReadingAll();
    await until(() => !feed.state.isReading);
    expect(feed.state.events).toHaveLength(100);
  });

  it("keeps what was read when a page fails, and continues there", async () => {
    let isDown = true;
    const { feed } = setUp(someEvents(700), (request) => {
      if (request > 1 && isDown) throw new ActivityLogError("internal", "Broken.", { requestId: "req_1" });
    });
    await feed.read();
    expect(feed.state.failure).toEqual({ kind: "failed", message: "Broken.", requestId: "req_1" });
    expect(feed.state.events).toHaveLength(100);
    isDown = false;
    await feed.read();
    expect(feed.state).toMatchObject({ failure: null, hasMore: false });
    expect(feed.state.events).toHaveLength(700);
  });
});

describe("ActivityFeed › polling", () => {
  it("counts events that arrive, and shows them when asked", async () => {
    const events = someEvents(3);
    const { feed, timers } = setUp(events);
    await feed.read();
    feed.poll(true);
    events.unshift(anApiEvent({ event_id: "evt_new", occurred_at: new Date(1e12 + 1).toISOString() }));
    timers.pop()?.();
    await until(() => feed.state.newCount === 1);
    expect(feed.state.events).toHaveLength(3);
    feed.showNew();
    expect(feed.state.events.map(({ id }) => id)).toEqual(["evt_new", "evt_0", "evt_1", "evt_2"]);
    expect(feed.state.newCount).toBe(0);
  });

  it.each([101, 1_000, 5_000])("leaves no gap when %i events arrive between two polls", async (count) => {
    const events = someEvents(300);
    const { feed, timers } = setUp(events);
    await feed.read();
    events.unshift(...newEvents(count));
    feed.poll(true);
    timers.pop()?.();
    await until(() => feed.state.newCount > 0);
    expect(feed.state).toMatchObject({ newCount: count, hasUncountedNew: false });
    feed.showNew();
    expect(feed.state.events.map(({ id }) => id)).toEqual(events.map(({ event_id }) => event_id));
  });

  it("says that more have arrived than it reads, and reads the list anew from there when they are shown", async () => {
    const events = someEvents(300);
    const { feed, timers } = setUp(events);
    await feed.read();
    events.unshift(...newEvents(6_000));
    feed.poll(true);
    timers.pop()?.();
    await until(() => feed.state.newCount > 0);
    expect(feed.state).toMatchObject({ newCount: 5_100, hasUncountedNew: true });
    feed.showNew();
    expect(feed.state).toMatchObject({ newCount: 0, hasUncountedNew: false, hasMore: true });
    feed.readAll();
    await until(() => !feed.state.isReading);
    expect(feed.state.events.map(({ id }) => id)).toEqual(events.map(({ event_id }) => event_id));
  });

  it("reads on when a known event is among the new ones because its time is ahead", async () => {
    const events = [anApiEvent({ event_id: "evt_ahead", occurred_at: "2100-01-01T00:00:00Z" }), ...someEvents(300)];
    const { feed, timers } = setUp(events);
    await feed.read();
    events.splice(1, 0, ...newEvents(150));
    feed.poll(true);
    timers.pop()?.();
    await until(() => feed.state.newCount > 0);
    expect(feed.state.newCount).toBe(150);
  });

  it("does not count events as new that are older than what it has read", async () => {
    const events = someEvents(2_000);
    const { feed, timers } = setUp(events, (request) => {
      if (request === 2) throw new ActivityLogError("internal", "Broken.");
    });
    await feed.read();
    events.unshift(...newEvents(120));
    feed.poll(true);
    timers.pop()?.();
    await until(() => feed.state.newCount > 0);
    expect(feed.state).toMatchObject({ newCount: 120, hasUncountedNew: false });
  });

  it("pauses while the page is hidden, and ends when the feed is closed", async () => {
    const { feed, timers } = setUp(someEvents(3));
    feed.poll(true);
    feed.poll(false);
    expect(timers).toHaveLength(0);
    feed.close();
    feed.poll(true);
    expect(timers).toHaveLength(0);
  });
});

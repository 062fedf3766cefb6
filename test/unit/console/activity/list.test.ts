import { describe, expect, it } from "vitest";
import { type FeedEvent, toFeedEvent } from "#clients/console/activity/feed/feed-event.ts";
import { FeedList } from "#clients/console/activity/feed/feed-list.ts";
import { ListRows } from "#clients/console/activity/list/list-rows.ts";
import { getVisibleRange } from "#clients/console/activity/list/visible-range.ts";
import { anApiEvent } from "#test/support/console/api-event.ts";

const anEvent = (id: string, occurred_at: string): FeedEvent => {
  const event = toFeedEvent(anApiEvent({ event_id: id, occurred_at }));
  if (event === null) throw new Error("no event");
  return event;
};
const ids = ({ events }: FeedList) => events.map(({ id }) => id);
const a = anEvent("a", "2026-05-03T00:00:00Z");
const b = anEvent("b", "2026-05-02T00:00:00Z");
const c = anEvent("c", "2026-05-01T00:00:00Z");

describe("FeedList", () => {
  it("keeps each event once when pages overlap", () => {
    const list = new FeedList();
    list.append([a, b]);
    list.append([b, c]);
    expect(ids(list)).toEqual(["a", "b", "c"]);
  });

  it("puts events that arrive late where their time is", () => {
    const list = new FeedList();
    list.append([a, b, c]);
    list.insert([anEvent("new", "2026-05-04T00:00:00Z"), anEvent("late", "2026-05-01T12:00:00Z"), b]);
    expect(ids(list)).toEqual(["new", "a", "b", "late", "c"]);
  });

  it("puts an event that is older than all at the end", () => {
    const list = new FeedList();
    list.append([a]);
    list.insert([c]);
    expect(ids(list)).toEqual(["a", "c"]);
  });
});

describe("toFeedEvent", () => {
  it("is null for an event without a time", () => {
    expect(toFeedEvent(anApiEvent({ occurred_at: "soon" }))).toBeNull();
  });
});

describe("ListRows", () => {
  const toDay = (timeMs: number) => new Date(timeMs).toISOString().slice(0, 10);
  const kinds = (rows: ListRows) => rows.rows.map((row) => (row.kind === "day" ? toDay(row.timeMs) : row.event.id));

  it("has a heading for each day, also when the list grows in place", () => {
    const rows = new ListRows(toDay);
    const events = [a, anEvent("a2", "2026-05-03T00:00:00Z")];
    rows.update(events);
    expect(kinds(rows)).toEqual(["2026-05-03", "a", "a2"]);
    events.push(anEvent("a3", "2026-05-03T00:00:00Z"), b);
    rows.update(events);
    expect(kinds(rows)).toEqual(["2026-05-03", "a", "a2", "a3", "2026-05-02", "b"]);
    expect([0, 3, 9].map((index) => rows.toRow(index))).toEqual([1, 5, -1]);
  });

  it("has the height of headings above the rows after them", () => {
    const rows = new ListRows(toDay);
    rows.update([a, b, c]);
    const tops = [0, 1, 2, 3, 4, 5, 6].map((row) => rows.toTop(row, { day: 34, event: 60 }));
    expect(tops).toEqual([0, 34, 94, 128, 188, 222, 282]);
    rows.update([a]);
    expect(rows.toTop(2, { day: 34, event: 60 })).toBe(94);
  });

  it("begins anew for another list", () => {
    const rows = new ListRows(toDay);
    rows.update([a, b]);
    rows.update([c]);
    expect(kinds(rows)).toEqual(["2026-05-01", "c"]);
  });
});

describe("getVisibleRange", () => {
  const viewport = { height: 400, rowCount: 1_000, toTop: (row: number) => row * 40 };

  it("has the rows in view and eight beyond each edge", () => {
    expect(getVisibleRange({ ...viewport, offset: 4_000 })).toEqual([92, 118]);
  });

  it("finds the rows when their heights differ", () => {
    const toTop = (row: number) => (row < 100 ? row * 30 : 3_000 + (row - 100) * 60);
    expect(getVisibleRange({ ...viewport, toTop, offset: 2_999 })).toEqual([91, 115]);
  });

  it("stays within the rows, also while none is in view", () => {
    expect(getVisibleRange({ ...viewport, offset: -10_000 })).toEqual([0, 8]);
    expect(getVisibleRange({ ...viewport, offset: 0 })).toEqual([0, 18]);
    expect(getVisibleRange({ ...viewport, offset: 1e9 })).toEqual([992, 1_000]);
  });
});

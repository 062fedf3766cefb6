import { describe, expect, it } from "vitest";
import {
  formatActivityPath,
  hasSameFilters,
  parseFilters,
  toActivityParams,
  withFilters,
} from "#clients/console/activity/filters/activity-filters.ts";
import { describeFilters, formatChipValue, toRecentRange } from "#clients/console/activity/filters/filter-labels.ts";

const all = {
  entity_type: "INVOICE",
  entity_id: "inv/1?&=ü",
  actor_user_id: "usr_1",
  action: "INVOICE_SENT",
  event_id: "evt_1",
  since: "2026-05-11T08:00:00.000Z",
  until: "2026-05-12",
};

describe("activity filters › address", () => {
  it("reads back every filter that it writes", () => {
    const url = new URL(formatActivityPath(all, "evt_9"), "http://console.invalid");
    expect(parseFilters(url.searchParams)).toEqual(all);
    expect(url.searchParams.get("open")).toBe("evt_9");
  });

  it("is the bare path without filters", () => {
    expect(formatActivityPath({}, null)).toBe("/activity");
  });

  it("leaves out what is empty, unknown, or an entity type that the API refuses", () => {
    const query = new URLSearchParams("entity_id=%20&entity_type=SPACESHIP&token=secret&action=BILL_PAID");
    expect(parseFilters(query)).toEqual({ action: "BILL_PAID" });
  });

  it.each(["+275760-09-13T00:00:00Z", "-000001-01-01T00:00:00Z", "soon"])("leaves out the time %s", (time) => {
    expect(parseFilters(new URLSearchParams({ since: time, until: time, action: "BILL_PAID" }))).toEqual({
      action: "BILL_PAID",
    });
  });
});

describe("activity filters › changes", () => {
  it("removes a filter by null and keeps the others", () => {
    expect(withFilters(all, { since: null, until: null, action: "BILL_PAID" })).toEqual({
      entity_type: "INVOICE",
      entity_id: "inv/1?&=ü",
      actor_user_id: "usr_1",
      action: "BILL_PAID",
      event_id: "evt_1",
    });
  });

  it("distinguishes different filters", () => {
    expect(hasSameFilters(all, { ...all })).toBe(true);
    expect(hasSameFilters(all, { ...all, until: "2026-05-13" })).toBe(false);
    expect(hasSameFilters({}, { event_id: "evt_1" })).toBe(false);
  });

  it("sends all filters to the API by the names of its parameters", () => {
    expect(toActivityParams(all)).toEqual(all);
  });

  it("begins a recent range so many hours ago and leaves its end open", () => {
    const range = toRecentRange(24, Date.parse("2026-05-12T08:00:00Z"));
    expect(withFilters(all, range)).toMatchObject({ since: "2026-05-11T08:00:00.000Z" });
    expect(withFilters(all, range)).not.toHaveProperty("until");
  });
});

describe("activity filters › words", () => {
  it("shows a date as it is given and a type in words", () => {
    expect(formatChipValue("entity_type", { entity_type: "SALES_ORDER" })).toBe("sales order");
    expect(formatChipValue("time", { until: "2026-05-12" })).toBe("until 2026-05-12");
    expect(formatChipValue("action", {})).toBeNull();
  });

  it("removes characters that reorder text", () => {
    expect(formatChipValue("entity_id", { entity_id: "inv\u202egnp" })).toBe("inv gnp");
  });

  it("lists all filters in one sentence", () => {
    expect(describeFilters({ entity_type: "BILL", actor_user_id: "usr_1" })).toBe("type bill, user id usr_1");
    expect(describeFilters({})).toBe("");
  });
});

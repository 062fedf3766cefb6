import { describe, expect, it } from "vitest";
import { findMoment } from "#clients/console/document/history/moment.ts";
import { anEventAt } from "./history-fixtures.ts";

const events = [anEventAt(0, "INVOICE_CREATED"), anEventAt(10, "INVOICE_SENT"), anEventAt(20, "INVOICE_PAID")];

describe("findMoment", () => {
  it.each([
    [null, 2],
    ["evt_10_INVOICE_SENT", 1],
    ["2026-05-11T08:10:00Z", 1],
    ["2026-05-11T13:49:59.999+05:30", 1],
    ["2026-05-11T08:15:00Z", 1],
    ["2026-05-11T07:59:59Z", -1],
    ["2027-01-01", 2],
    ["evt_unknown", 2],
    ["evt 1", 2],
  ])("returns for %j the event %j", (at, index) => {
    expect(findMoment(events, at)).toBe(index);
  });

  it("returns -1 without events", () => {
    expect(findMoment([], null)).toBe(-1);
  });
});

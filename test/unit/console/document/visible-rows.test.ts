import { describe, expect, it } from "vitest";
import { findVisibleRows } from "#clients/console/document/visible-rows.ts";

describe("findVisibleRows", () => {
  it.each([
    [
      { scrollTop: 0, height: 480 },
      { first: 0, end: 18 },
    ],
    [
      { scrollTop: 4_800, height: 480 },
      { first: 92, end: 118 },
    ],
    [
      { scrollTop: 479_520, height: 480 },
      { first: 9_982, end: 10_000 },
    ],
    [
      { scrollTop: 0, height: 0 },
      { first: 0, end: 8 },
    ],
  ])("returns for %j the rows %j", (viewport, rows) => {
    expect(findVisibleRows(viewport, 48, 10_000)).toEqual(rows);
  });

  it("returns no row of an empty list", () => {
    expect(findVisibleRows({ scrollTop: 0, height: 480 }, 48, 0)).toEqual({ first: 0, end: 0 });
  });
});

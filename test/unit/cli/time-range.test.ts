import { describe, expect, it } from "vitest";
import { CliError } from "#clients/cli/command-result.ts";
import { readTimeRange } from "#clients/cli/time-range.ts";
import { testNow } from "#test/support/builders.ts";

const read = (since?: string, until?: string) => readTimeRange((option) => ({ since, until })[option], testNow);

describe("bounds of the command line", () => {
  it.each([
    [undefined, undefined, null, null],
    ["24h", undefined, "2026-05-31T12:00:30.000Z", null],
    ["1y", "7d", "2025-06-01T12:00:30.000Z", "2026-05-25T12:00:30.000Z"],
    ["2026-03-03", "2026-03-03", "2026-03-03T00:00:00.000Z", "2026-03-03T23:59:59.999Z"],
    // The end of today is still to come.
    ["1h", "2026-06-01", "2026-06-01T11:00:30.000Z", "2026-06-01T23:59:59.999Z"],
    [
      "2026-03-03T10:00:00.123456Z",
      "2026-03-03T12:00:00+01:00",
      "2026-03-03T10:00:00.123Z",
      "2026-03-03T11:00:00.999Z",
    ],
  ])("%s to %s", (since, until, first, last) => {
    expect(read(since, until)).toEqual({ since: first, until: last });
  });

  it.each([
    ["2026-03-04", "2026-03-03", "--since is later than --until."],
    ["1h", "2h", "--since is later than --until."],
    [
      "7days",
      undefined,
      "--since must be an ISO 8601 date, or date and time, such as 2026-05-11T08:30:12Z, or a time back from now, such as 24h, 7d or 1y, and not '7days'.",
    ],
    [
      "1h",
      "20260308T101500Z",
      "--until must be written with separators, such as 2026-05-11T08:30:12Z, or a time back from now, such as 24h, 7d or 1y, and not '20260308T101500Z'.",
    ],
    ["9000y", undefined, expect.stringMatching(/^--since must be/)],
  ])("%s to %s is wrong usage", (since, until, message) => {
    try {
      expect(read(since, until)).toBeNull();
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      expect([error.message, error.exit]).toEqual([message, 2]);
    }
  });
});

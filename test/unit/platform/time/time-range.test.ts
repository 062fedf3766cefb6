import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { describeTimeIssue, parseTimeInterval, parseTimeRange } from "#shared/platform/time/time-range.ts";
import { ZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { catchError } from "#test/support/catch-error.ts";

describe("parseTimeInterval", () => {
  it.each([
    ["2026-05-11", "2026-05-11T00:00:00.000Z", "2026-05-11T23:59:59.999Z"],
    ["2026-05-11T08:30", "2026-05-11T08:30:00.000Z", "2026-05-11T08:30:59.999Z"],
    ["2026-05-11T08:30+05:30", "2026-05-11T03:00:00.000Z", "2026-05-11T03:00:59.999Z"],
    ["2026-05-11T08:30:12Z", "2026-05-11T08:30:12.000Z", "2026-05-11T08:30:12.999Z"],
    ["2026-05-11T08:30:12.5Z", "2026-05-11T08:30:12.500Z", "2026-05-11T08:30:12.500Z"],
    ["2026-05-11T08:30:12.123456789Z", "2026-05-11T08:30:12.123Z", "2026-05-11T08:30:12.123Z"],
    ["2026-12-31T23:59:60Z", "2026-12-31T23:59:59.999Z", "2026-12-31T23:59:59.999Z"],
    ["2026-05-11T24:00", "2026-05-12T00:00:00.000Z", "2026-05-12T00:00:00.000Z"],
    ["0001-01-01", "0001-01-01T00:00:00.000Z", "0001-01-01T23:59:59.999Z"],
    ["9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
    ["0001-01-01T00:00:00-05:00", "0001-01-01T05:00:00.000Z", "0001-01-01T05:00:00.999Z"],
  ])("%s: from %s to %s", (text, since, until) => {
    expect(parseTimeRange({ since: text, until: text })).toEqual({ since, until });
    expect(parseTimeInterval(text)).toEqual({ first: since, last: until });
  });

  it("uses the given zone for a text without an offset", () => {
    const zone = new ZoneClock("Asia/Kolkata");
    expect(parseTimeRange({ since: "2026-03-04", until: "2026-03-04" }, zone)).toEqual({
      since: "2026-03-03T18:30:00.000Z",
      until: "2026-03-04T18:29:59.999Z",
    });
    expect(parseTimeRange({ since: "2026-03-04T00:00Z", until: null }, zone).since).toBe("2026-03-04T00:00:00.000Z");
  });

  it("spans both occurrences of a local time that occurs twice", () => {
    const time = "2026-10-25T02:30:00";
    expect(parseTimeRange({ since: time, until: time }, new ZoneClock("Europe/Prague"))).toEqual({
      since: "2026-10-25T00:30:00.000Z",
      until: "2026-10-25T01:30:00.999Z",
    });
  });
});

describe("parseTimeRange and describeTimeIssue", () => {
  it.each([
    [{ since: "x", until: null }, "since"],
    [{ since: null, until: "" }, "until"],
    [{ since: "2026-05-12", until: "2026-05-11" }, "since"],
    [{ since: "2026-05-11T08:30:13Z", until: "2026-05-11T08:30:12Z" }, "since"],
  ])("%j is refused for %s", (range, field) => {
    const { code, context } = catchError(() => parseTimeRange(range));
    expect([code, context.field]).toEqual(["invalid_value", field]);
  });

  it("accepts two bounds within one stored millisecond in any order", () => {
    const at = "2026-05-11T08:30:12.001Z";
    expect(parseTimeRange({ since: "2026-05-11T08:30:12.0019Z", until: "2026-05-11T08:30:12.0011Z" })).toEqual({
      since: at,
      until: at,
    });
  });

  it.each(["20260308T101500Z", "20260308", "20260308T1015", "20260308T101500.123+0530", "20260308T101500-08"])(
    "asks for separators in %s",
    (text) => expect(describeTimeIssue(text)).toMatch(/^must be written with separators, such as \d{4}-/),
  );

  it.each(["yesterday", "1778488212", "2026-02-30", "202603081", ""])("describes the format of a time for %j", (text) =>
    expect(describeTimeIssue(text)).toMatch(/^must be an ISO 8601 date/),
  );
});

/** Moments whose day is within the supported years in every zone. */
const instant = fc.integer({ min: Date.parse("0001-01-03T00:00:00Z"), max: Date.parse("9999-12-29T00:00:00Z") });
const offset = fc.integer({ min: -23 * 60, max: 23 * 60 });
const finer = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 0, maxLength: 6 });

/** Formats a moment with an offset and further fraction digits, by plain arithmetic. */
function written(at: number, minutes: number, digits: string): string {
  const wall = new Date(at + minutes * 60_000).toISOString().slice(0, -1);
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${wall}${digits}${minutes < 0 ? "-" : "+"}${String(hours).padStart(2, "0")}:${String(rest).padStart(2, "0")}`;
}

/** Returns the stored `occurred_at` of an event, as ingest parses it. */
function stored(occurred_at: string): string {
  const input = { org_id: "org_a", action: "BILL_PAID", entity_type: "BILL", entity_id: "bill_1", occurred_at };
  const now = new Date("9999-12-31T00:00:00Z");
  return parseEventValue(input, { now, entropy: "x" }).event.occurred_at;
}

const holds = (range: { since: string | null; until: string | null }, at: string) =>
  (range.since === null || at >= range.since) && (range.until === null || at <= range.until);

describe("parseTimeRange finds an event", () => {
  it("since and until its own time, in any precision and zone", () => {
    fc.assert(
      fc.property(instant, finer, offset, offset, fc.constantFrom(16, 19, 23), (at, digits, writer, reader, length) => {
        const event = stored(written(at, writer, digits));
        const own = written(at, reader, digits);
        // As written, and without milliseconds or seconds.
        for (const text of [own, own.slice(0, length) + own.slice(-6)]) {
          const { since } = parseTimeRange({ since: text, until: null });
          expect(holds({ since, until: null }, event), text).toBe(true);
          expect(holds(parseTimeRange({ since: text, until: text }), event), text).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("since and until its own date", () => {
    fc.assert(
      fc.property(instant, finer, offset, (at, digits, writer) => {
        const event = stored(written(at, writer, digits));
        const date = event.slice(0, 10);
        expect(holds(parseTimeRange({ since: date, until: date }), event), `${event} ${date}`).toBe(true);
      }),
    );
  });

  it("since and until its local date and time, also in nights with a clock change", () => {
    const zones = ["UTC", "Asia/Kolkata", "Europe/Prague", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];
    const nights = ["2011-12-30T10:00:00Z", "2026-03-08T07:00:00Z", "2026-03-29T01:00:00Z", "2026-04-04T15:00:00Z"];
    const around = fc
      .tuple(
        fc.constantFrom(...nights, "2026-10-25T01:00:00Z", "2026-11-01T06:00:00Z"),
        fc.integer({ min: -108_000_000, max: 108_000_000 }),
      )
      .map(([night, ms]) => Date.parse(night) + ms);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.oneof(around, instant),
        fc.constantFrom(10, 16, 19, 23),
        (name, at, length) => {
          const zone = new ZoneClock(name);
          const text = zone.local(at).text.slice(0, length);
          const event = new Date(at).toISOString();
          expect(holds(parseTimeRange({ since: text, until: text }, zone), event), `${name} ${event} ${text}`).toBe(
            true,
          );
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

it("parseTimeInterval returns no moment outside of the text's precision", () => {
  fc.assert(
    fc.property(instant, offset, fc.constantFrom(16, 19, 23), (at, minutes, length) => {
      const own = written(at, minutes, "");
      const text = own.slice(0, length) + own.slice(-6);
      const { first = "", last = "" } = parseTimeInterval(text) ?? {};
      const widths: Readonly<Record<number, number>> = { 16: 60_000, 19: 1_000, 23: 1 };
      expect(Date.parse(last) - Date.parse(first) + 1).toBe(widths[length]);
    }),
  );
});

import { describe, expect, it } from "vitest";
import { formatFieldName, formatFieldValue } from "#clients/timeline/format/field-value.ts";
import { messagesFor } from "./timeline-fixtures.ts";

function format(field: string, value: unknown, { language = "en-GB", currency = "EUR" as unknown } = {}) {
  const context = { messages: messagesFor(language), currency, timeZone: "Europe/Prague" };
  return formatFieldValue(field, value, context);
}

describe("formatFieldValue", () => {
  it("shows an amount in its currency, without rounding it to a floating point number", () => {
    expect(format("total", "90071992547409931.25").text).toBe("€90,071,992,547,409,931.25");
    expect(format("amount_due", 12.5, { language: "de", currency: "INR" }).text).toBe("12,50\u00a0₹");
  });

  it.each([null, 7, "", "euro", "€"])("shows an amount without a currency when that is %j", (currency) => {
    expect(format("total", "1180.5", { currency }).text).toBe("1,180.5");
  });

  it("shows a date as a date, and a time in the time zone", () => {
    expect(format("due_date", "2026-06-15")).toEqual({ kind: "number", text: "15 Jun 2026" });
    expect(format("approved_at", "2026-06-15T22:30:00Z").text).toBe("16 Jun 2026, 00:30");
  });

  it("shows the last day of February of a leap year, and a time whose day differs in UTC", () => {
    expect(format("due_date", "2028-02-29").text).toBe("29 Feb 2028");
    expect(format("approved_at", "2026-03-01T00:30:00+05:30").text).toBe("28 Feb 2026, 20:00");
  });

  it.each([
    "2026-06",
    "2026-13-45",
    "tomorrow",
    "2026-06-15T25:00:00Z",
    "2026-02-31",
    "2026-04-31",
    "2027-02-29",
    "2026-02-30T10:00:00Z",
    "2026-02-30T10:00:00+05:30",
  ])("shows %s as it is", (value) => {
    expect(format("due_date", value)).toEqual({ kind: "text", text: value });
  });

  it("shows a status in words of the language, or else in its own", () => {
    expect(format("status", "PARTIALLY_PAID").text).toBe("Partially paid");
    expect(format("payment_status", "PAID", { language: "cs" }).text).toBe("Uhrazeno");
    expect(format("status", "IN_REVIEW", { language: "de" })).toEqual({
      kind: "status",
      text: "In review",
      status: "IN_REVIEW",
    });
  });

  it("shows absent values, truth values and structures", () => {
    expect([null, undefined, ""].map((value) => format("name", value).kind)).toEqual(["empty", "empty", "empty"]);
    expect([format("vat", true).text, format("vat", false).text]).toEqual(["Yes", "No"]);
    expect(format("lines", [{ id: 1 }]).text).toBe('[{"id":1}]');
  });

  it("does not take a number in a text field for an amount", () => {
    expect(format("phone", "420123456789").text).toBe("420123456789");
    expect(format("discounted_by", "7").text).toBe("7");
  });
});

describe("formatFieldName", () => {
  it("returns the word of the language, or else that of the field", () => {
    expect(formatFieldName("due_date", messagesFor("de"))).toBe("Fälligkeit");
    expect(formatFieldName("due_date", messagesFor("en"))).toBe("Due date");
    expect(formatFieldName("cost_centre", messagesFor("nl"))).toBe("Cost centre");
    expect(formatFieldName("constructor", messagesFor("en"))).toBe("Constructor");
  });
});

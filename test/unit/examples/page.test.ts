import { describe, expect, it } from "vitest";
import { formatName, formatTime, formatValue } from "#examples/partner-timeline/format.ts";
import { html } from "#examples/partner-timeline/html.ts";

describe("formatValue", () => {
  it.each([
    ["status", "PENDING_APPROVAL", undefined, "Pending approval"],
    ["amount_due", "12345678901234567.89", "EUR", "€12,345,678,901,234,567.89"],
    ["total", 118, "JPY", "JP¥118"],
    ["total", "118.00", undefined, "118.00"],
    ["total", "118.00", "<b>", "118.00"],
    ["due_date", "2026-12-31", "EUR", "31 December 2026"],
    ["due_date", "2026-99-99", "EUR", "2026-99-99"],
    ["status", "", undefined, "none"],
    ["reference", "2026", "EUR", "2026"],
    ["tags", ["a", "b"], undefined, '["a","b"]'],
    ["notes", null, undefined, "none"],
  ])("formats %s %j in %s as %s", (field, value, currency, expected) => {
    expect(formatValue(field, value, currency)).toBe(expected);
  });
});

describe("formatName", () => {
  it("returns words", () => {
    expect(formatName("amount_due")).toBe("Amount due");
  });
});

describe("formatTime", () => {
  it("returns the time in UTC", () => {
    expect(formatTime("2026-05-12T07:51:33.5Z")).toBe("12 May 2026 at 07:51 UTC");
  });
});

describe("html", () => {
  it("escapes texts, and joins HTML without escaping it twice", () => {
    const items = ["<", `"'&`].map((text) => html`<li title="${text}">${text}</li>`);
    expect(html`<ul>${items}</ul>`.html).toBe(
      '<ul><li title="&#60;">&#60;</li><li title="&#34;&#39;&#38;">&#34;&#39;&#38;</li></ul>',
    );
  });

  it("keeps what looks like an escape sequence", () => {
    expect(html`<p>${"\\n $1"}</p>`.html).toBe("<p>\\n $1</p>");
  });
});

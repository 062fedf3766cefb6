import { describe, expect, it } from "vitest";
import { listMetadata } from "#clients/timeline/format/details.ts";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import { actorColourCount, toActorColour, toInitials } from "#clients/timeline/format/initials.ts";
import { toSafeUrl } from "#clients/timeline/format/safe-url.ts";
import { aTimelineEvent } from "./timeline-fixtures.ts";

describe("toDisplayText", () => {
  it("removes controls and marks that reorder text", () => {
    expect(toDisplayText("INV\u202e0042\u2066\u0000\n\u200fx")).toBe("INV 0042 x");
  });

  it("cuts a text of a megabyte, never inside of a character", () => {
    const text = toDisplayText("😀".repeat(500_000));
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text.isWellFormed()).toBe(true);
    expect(text.endsWith("…")).toBe(true);
  });

  it("keeps scripts of all directions", () => {
    expect(toDisplayText("شركة Acme 東京")).toBe("شركة Acme 東京");
  });
});

describe("toSafeUrl", () => {
  const base = "https://app.example.com/invoices/";

  it.each([
    "javascript:alert(1)",
    " \tjava\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.example.com/1",
    "http://",
    null,
    undefined,
  ])("returns null for %j", (url) => {
    expect(toSafeUrl(url, base)).toBeNull();
  });

  it("returns addresses of http and https, also relative ones", () => {
    expect(toSafeUrl("inv_1", base)).toBe("https://app.example.com/invoices/inv_1");
    expect(toSafeUrl("http://127.0.0.1/x", base)).toBe("http://127.0.0.1/x");
  });
});

describe("toInitials", () => {
  it.each([
    ["Priya Sharma", "PS"],
    ["maria van den berg", "MB"],
    ["usr_approver_01", "U"],
    ["<img src=x>", "IS"],
    ["😀 !!", ""],
    ["Žofie", "Ž"],
    ["张伟", "张"],
    ["\u202eevil", "E"],
  ])("of %j are %j", (name, initials) => {
    expect(toInitials(name)).toBe(initials);
  });
});

describe("toActorColour", () => {
  it("is the same for an id whenever it is computed, and uses all colours", () => {
    const colours = Array.from({ length: 200 }, (_, at) => toActorColour(`usr_${at}`));
    expect(colours).toEqual(Array.from({ length: 200 }, (_, at) => toActorColour(`usr_${at}`)));
    expect([...new Set(colours)].sort()).toEqual(Array.from({ length: actorColourCount }, (_, at) => at));
  });
});

describe("listMetadata", () => {
  it("shows nested values by their paths, and at most 50", () => {
    const metadata = { device: { os: "iOS", id: null }, to: ["a@x.in", "b@x.in"], request_id: "req_1" };
    expect(listMetadata(aTimelineEvent({ metadata }))).toEqual([
      { name: "device.os", text: "iOS", value: "iOS", isId: false },
      { name: "to", text: "a@x.in, b@x.in", value: "a@x.in, b@x.in", isId: false },
      { name: "request_id", text: "req_1", value: "req_1", isId: true },
    ]);
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`field_${at}`, at]));
    expect(listMetadata(aTimelineEvent({ metadata: many }))).toHaveLength(50);
  });
});

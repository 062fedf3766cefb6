import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hasOnlyStorableText,
  isHttpsUrl,
  isStorableText,
  isVisibleId,
  isVisibleLine,
} from "#shared/events/text/text-rules.ts";

describe("hasOnlyStorableText", () => {
  it("finds an unstorable text or key anywhere", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        // JSON escapes show it: they are only used for unpaired surrogates and U+0000.
        const escapes = JSON.stringify(value).replaceAll("\\\\", "");
        expect(hasOnlyStorableText(value)).toBe(!/\\u0000|\\ud[89a-f]/.test(escapes));
      }),
    );
  });

  it("checks values that nest too deep for recursion, and large arrays", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(60_000)}"\\u0000"${"]".repeat(60_000)}`);
    expect(hasOnlyStorableText(deep)).toBe(false);
    expect(hasOnlyStorableText(Array(300_000).fill("a"))).toBe(true);
  });
});

describe("isVisibleId", () => {
  it("accepts letters, digits, marks, symbols, blanks and surrogate pairs of any script", () => {
    for (const id of ["inv#1", "a b", "請求書", "עברית", "é", "🧾", "%00"]) expect(isVisibleId(id), id).toBe(true);
  });

  it("rejects every character that changes directions or is invisible", () => {
    const hidden = [
      0x202a, 0x202e, 0x2066, 0x2069, 0x200b, 0x200d, 0x2060, 0xfeff, 0xad, 0x61c, 0x3164, 0xe0041, 0x2029,
    ];
    for (const code of [...hidden, 0, 0x1b, 0x9f]) {
      expect(isVisibleId(`a${String.fromCodePoint(code)}b`), code.toString(16)).toBe(false);
    }
  });
});

describe("isVisibleLine", () => {
  it("accepts joiners, direction marks and variation selectors", () => {
    for (const line of ["👩‍🔧 repairs", "❤️", "می‌خواهم", "\u200fעברית"]) expect(isVisibleLine(line), line).toBe(true);
  });

  it("rejects overrides, line breaks and invisible text", () => {
    for (const line of ["abc\u202egnp", "a\u2067b", "a\nb", "a\u200bb", "\u{e0041}\u{e0042}", "\ud800"]) {
      expect(isVisibleLine(line), line).toBe(false);
    }
  });
});

it("isStorableText rejects only unpaired surrogates and U+0000", () => {
  expect(["\ud800", "a\udc00", "\u0000"].some(isStorableText)).toBe(false);
  expect(["", "\u0001", "\u202e", "\ud83e\uddfe"].every(isStorableText)).toBe(true);
});

it("isHttpsUrl accepts only https", () => {
  expect(isHttpsUrl("https://a.example/1.png")).toBe(true);
  for (const text of ["javascript:alert(1)", "http://a.example", "data:image/png;base64,AA", "//a.example", "", "a"]) {
    expect(isHttpsUrl(text), text).toBe(false);
  }
});

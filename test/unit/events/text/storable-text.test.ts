import fc from "fast-check";
import { expect, it } from "vitest";
import { toJsonText } from "#shared/events/event.ts";
import { toStorableJson, toStorableText } from "#shared/events/text/storable-text.ts";
import { isStoredObject } from "#shared/events/text/stored-json.ts";
import { hasOnlyStorableText, isStorableText } from "#shared/events/text/text-rules.ts";

/** Texts with unpaired surrogates, U+0000, and texts that look like their escapes. */
const text = fc
  .array(fc.constantFrom("\ud800", "\udfff", "\u0000", "\u0001", "\\", "\\u0000", "\\ud800", "😀", '"', "a"))
  .map((parts) => parts.join(""));

/**
 * Keys without a backslash: V8 13.6 parses the key `"` of `{"b":0,"\\"":0}` as a backslash if it parsed an object with
 * that key at the same index before.
 */
const key = fc
  .array(fc.constantFrom("\ud800", "\udfff", "\u0000", "\u0001", "\uFFFD", "😀", '"', "a"))
  .map((parts) => parts.join(""));

const object = fc.dictionary(
  key,
  fc.oneof(
    text,
    fc.array(text),
    fc.dictionary(key, fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }))),
  ),
);

it("toStorableText keeps the length and every character that strict parsers accept", () => {
  fc.assert(
    fc.property(text, (before) => {
      const after = toStorableText(before);
      expect(isStorableText(after)).toBe(true);
      expect(after).toBe(before.toWellFormed().replaceAll("\u0000", "\uFFFD"));
    }),
  );
});

it("toStorableJson changes only text with such characters, and keeps each member under its own key", () => {
  const membersOf = (value: unknown): unknown => {
    if (typeof value === "string") return value.length;
    if (Array.isArray(value)) return value.map(membersOf);
    return typeof value === "object" && value !== null ? Object.values(value).map(membersOf) : value;
  };
  fc.assert(
    fc.property(object, (value) => {
      const before = toJsonText(value);
      const after = toStorableJson(before);
      if (hasOnlyStorableText(value)) return void expect(after).toBe(before);
      expect(hasOnlyStorableText(JSON.parse(after))).toBe(true);
      expect(isStoredObject(after)).toBe(true);
      expect(membersOf(JSON.parse(after))).toEqual(membersOf(JSON.parse(before)));
    }),
    { numRuns: 2_000 },
  );
});

it("toStorableJson numbers keys that become equal and keeps the names of the others", () => {
  const before = toJsonText({ "a\ud800": 1, "a\ud801": 2, "a\uFFFD": 3, b: 4 });
  expect(JSON.parse(toStorableJson(before))).toEqual({
    "a\uFFFD2": 1,
    "a\uFFFD3": 2,
    "a\uFFFD": 3,
    b: 4,
  });
});

it("toStorableJson takes linear time for thousands of keys that become equal", () => {
  const keys = Array.from({ length: 20_000 }, (_, at) =>
    String.fromCharCode(0xd800 + (at % 0x400)).repeat(1 + at / 0x400),
  );
  const before = toJsonText(Object.fromEntries(keys.map((key) => [key, 0])));
  const after = toStorableJson(before);
  expect(Object.keys(JSON.parse(after))).toHaveLength(keys.length);
  expect(after.length).toBeLessThan(before.length);
});

it("toStorableJson treats an escaped escape sequence as ordinary text", () => {
  const before = toJsonText({ path: "C:\\u0000\\ud800" });
  expect(toStorableJson(before)).toBe(before);
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { toJsonText } from "#shared/events/event.ts";
import { toStorableJson, toStorableText } from "#shared/events/text/storable-text.ts";
import { isStoredObject } from "#shared/events/text/stored-json.ts";
import { hasOnlyStorableText, isStorableText } from "#shared/events/text/text-rules.ts";

/** Texts with halves of surrogate pairs, U+0000, and what looks like their escapes. */
const text = fc
  .array(fc.constantFrom("\ud800", "\udfff", "\u0000", "\u0001", "\\", "\\u0000", "\\ud800", "😀", '"', "a"))
  .map((parts) => parts.join(""));

/**
 * Keys without a backslash: V8 13.6 reads the key `"` of `{"b":0,"\\"":0}` as a backslash where it has parsed an object
 * with that key in the same place before.
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

it("text keeps its length, and every character but those that strict parsers refuse", () => {
  fc.assert(
    fc.property(text, (before) => {
      const after = toStorableText(before);
      expect(isStorableText(after)).toBe(true);
      expect(after).toBe(before.toWellFormed().replaceAll("\u0000", "\uFFFD"));
    }),
  );
});

it("JSON text without such characters is the same, and any other keeps each of its members under a key of its own", () => {
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

it("keys that become equal are told apart, and a key that was in order keeps its name", () => {
  const before = toJsonText({ "a\ud800": 1, "a\ud801": 2, "a\uFFFD": 3, b: 4 });
  expect(JSON.parse(toStorableJson(before))).toEqual({
    "a\uFFFD2": 1,
    "a\uFFFD3": 2,
    "a\uFFFD": 3,
    b: 4,
  });
});

it("thousands of keys that become equal take no longer than as many others", () => {
  const keys = Array.from({ length: 20_000 }, (_, at) =>
    String.fromCharCode(0xd800 + (at % 0x400)).repeat(1 + at / 0x400),
  );
  const before = toJsonText(Object.fromEntries(keys.map((key) => [key, 0])));
  const after = toStorableJson(before);
  expect(Object.keys(JSON.parse(after))).toHaveLength(keys.length);
  expect(after.length).toBeLessThan(before.length);
});

it("an escape that is itself escaped is text like any other", () => {
  const before = toJsonText({ path: "C:\\u0000\\ud800" });
  expect(toStorableJson(before)).toBe(before);
});

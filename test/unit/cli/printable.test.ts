import fc from "fast-check";
import { expect, it } from "vitest";
import { printable, printableJson } from "#clients/cli/printable.ts";

it.each([
  ["a control", "\u001b[31m", "·[31m"],
  ["a control of the second set", "\u009b2J", "·2J"],
  ["a change of direction", "ok\u202egnp", "ok·gnp"],
  ["an Arabic letter mark", "a\u061cb", "a·b"],
  ["something of no width", "a\u200bb\u200dc\ufeffd\u2060e", "a·b·c·d·e"],
  ["a filler", "a\u3164b", "a·b"],
  ["a tag", "a\u{e0041}\u{e007f}b", "a··b"],
  ["half of a pair", "a\ud800", "a\ufffd"],
])("%s is shown, and does nothing", (_, text, shown) => expect(printable(text)).toBe(shown));

it.each(["請求書 ü", "❤\ufe0f", "e\u0301", "\u0600١", "a b"])("%s stays as it is", (text) =>
  expect(printable(text)).toBe(text),
);

it("JSON means the same, and holds nothing that a terminal would obey", () => {
  const unit = fc.constantFrom("a", '"', "\\", "\u001b", "\u0085", "\u009b", "\u202e", "\u200b", "\u{e0041}", "😀");
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const json = printableJson(JSON.stringify({ [text]: text }));
      expect(JSON.parse(json)).toEqual({ [text]: text });
      expect(printable(json)).toBe(json);
    }),
  );
});

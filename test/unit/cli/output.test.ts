import fc from "fast-check";
import { expect, it } from "vitest";
import { formatTable } from "#clients/cli/output.ts";
import { toPrintable, toPrintableJson } from "#shared/platform/text/printable.ts";
import { withoutColours } from "./run-command.ts";

it.each([
  ["a control", "\u001b[31m", "·[31m"],
  ["a control of the second set", "\u009b2J", "·2J"],
  ["a change of direction", "ok\u202egnp", "ok·gnp"],
  ["an Arabic letter mark", "a\u061cb", "a·b"],
  ["something of no width", "a\u200bb\u200dc\ufeffd\u2060e", "a·b·c·d·e"],
  ["a filler", "a\u3164b", "a·b"],
  ["a tag", "a\u{e0041}\u{e007f}b", "a··b"],
  ["half of a pair", "a\ud800", "a\ufffd"],
])("%s is escaped", (_, text, shown) => expect(toPrintable(text)).toBe(shown));

it.each(["請求書 ü", "❤\ufe0f", "e\u0301", "\u0600١", "a b"])("%s is not escaped", (text) =>
  expect(toPrintable(text)).toBe(text),
);

it("JSON is equivalent, without control characters", () => {
  const unit = fc.constantFrom("a", '"', "\\", "\u001b", "\u0085", "\u009b", "\u202e", "\u200b", "\u{e0041}", "😀");
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const json = toPrintableJson(JSON.stringify({ [text]: text }));
      expect(JSON.parse(json)).toEqual({ [text]: text });
      expect(toPrintable(json)).toBe(json);
    }),
  );
});

const shape = [
  { title: "ID", cell: ([id = ""]: string[]) => id },
  { title: "TEXT", cell: ([, text = ""]: string[]) => text },
];

it("table aligns columns, including wide characters", () => {
  const rows = [
    ["a", "one"],
    ["請求書", "two"],
    ["e\u0301", "three"],
  ];
  const aligned = ["ID      TEXT", "a       one", "請求書  two", "e\u0301       three"];
  expect(withoutColours(formatTable(shape, rows, null)).split("\n")).toEqual(aligned);
});

it("table fits the width of the terminal, and is not cut without a terminal", () => {
  const rows = [["a", "x".repeat(100)]];
  expect(formatTable(shape, rows, 20).split("\n")[1]).toBe(`a   ${"x".repeat(15)}…`);
  expect(formatTable(shape, rows, null)).toContain("x".repeat(100));
});

it("table escapes control characters in cells", () => {
  expect(formatTable(shape, [["\u001b[2J", "a\nb\u202e\ud800"]], null).split("\n")[1]).toBe("·[2J  a·b·\ufffd");
});

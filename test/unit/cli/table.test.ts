import { expect, it } from "vitest";
import { table } from "#clients/cli/table.ts";
import { withoutColours } from "./run-command.ts";

const shape = [
  { title: "ID", cell: ([id = ""]: string[]) => id },
  { title: "TEXT", cell: ([, text = ""]: string[]) => text },
];

it("aligns columns, wide characters included", () => {
  const rows = [
    ["a", "one"],
    ["請求書", "two"],
    ["e\u0301", "three"],
  ];
  const aligned = ["ID      TEXT", "a       one", "請求書  two", "e\u0301       three"];
  expect(withoutColours(table(shape, rows, null)).split("\n")).toEqual(aligned);
});

it("keeps to the width of the terminal, and is never cut without one", () => {
  const rows = [["a", "x".repeat(100)]];
  expect(table(shape, rows, 20).split("\n")[1]).toBe(`a   ${"x".repeat(15)}…`);
  expect(table(shape, rows, null)).toContain("x".repeat(100));
});

it("lets no cell write to the terminal", () => {
  expect(table(shape, [["\u001b[2J", "a\nb\u202e\ud800"]], null).split("\n")[1]).toBe("·[2J  a·b·\ufffd");
});

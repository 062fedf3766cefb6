import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsv } from "#clients/csv/format-csv.ts";

/** The one cell of a table, as it is written. */
const cell = (value: string | number | null) => formatCsv(["a"], [{ a: value }]).slice("\ufeffa\r\n".length);

describe("CSV table", () => {
  it("has a byte order mark for Excel, columns in order, CRLF line ends, and empty cells for absent values", () => {
    const rows = [{ b: 1.5, a: "x", c: "not shown" }, { a: null, b: 0 }, { b: "" }];
    expect(formatCsv(["a", "b"], rows)).toBe("\ufeffa,b\r\nx,1.5\r\n,0\r\n,");
  });

  it("has only the heading when it has no rows", () => expect(formatCsv(["a", 'b"c'], [])).toBe('\ufeffa,"b""c"'));
});

describe("CSV cell", () => {
  it.each([
    ["plain text", "plain text"],
    ["請求書 ü", "請求書 ü"],
    ["a,b", '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['"', '""""'],
    ["a\nb", '"a\nb"'],
    ["a\r\nb", '"a\r\nb"'],
    ["a;b", '"a;b"'],
    [" a ", " a "],
    [null, ""],
    ["", ""],
    [0, "0"],
    [12.5, "12.5"],
  ])("%j is written as %j", (value, expected) => expect(cell(value)).toBe(expected));

  it.each([
    ["=1+1", "'=1+1"],
    ["+48 123", "'+48 123"],
    ["-1+1", "'-1+1"],
    ["-", "'-"],
    ["--5", "'--5"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "\"'\t'=1\""],
    ["\r=1", "\"'\r'=1\""],
    ["\n=1+1", "\"'\n'=1+1\""],
    ["\tplain", '"\'\tplain"'],
    [" =1+1", "' =1+1"],
    ["\u00a0\u3000@x", "'\u00a0\u3000@x"],
    ["\u200b\ufeff=1", "'\u200b\ufeff=1"],
    ["\u001b=1", "'\u001b=1"],
    ['"=1', '"\'""=1"'],
    ["＝1+1", "'＝1+1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["＠SUM(A1)", "'＠SUM(A1)"],
    ["﹦1", "'﹦1"],
    ["a;=1+1", '"a;\'=1+1"'],
    ["a; ＝1", '"a;\' ＝1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
    ["-5\n=1", "\"'-5\n'=1\""],
  ])("escapes the formula %j: %j", (value, expected) => expect(cell(value)).toBe(expected));

  it.each([
    [-5, "-5"],
    [-0.25, "-0.25"],
    ["-5", "-5"],
    ["-1250.00", "-1250.00"],
    ["5", "5"],
    ["a=1", "a=1"],
    ["a-b@c+d", "a-b@c+d"],
  ])("keeps %j unchanged", (value, expected) => expect(cell(value)).toBe(expected));

  it("escapes control characters when written to a terminal", () => {
    const show = (text: string) => text.replaceAll("\u001b", "·");
    expect(formatCsv(["a"], [{ a: "\u001b[31m" }], { show })).toBe("\ufeffa\r\n·[31m");
  });

  it("never starts a formula, for any value and any separator", () => {
    const unit = fc.constantFrom(
      "=",
      "+",
      "-",
      "@",
      "＝",
      "＋",
      "－",
      "＠",
      " ",
      "\t",
      "\r",
      "\n",
      "\u200b",
      ";",
      "a",
      "1",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (text) => {
        const [, [read = ""] = []] = readCsv(formatCsv(["a"], [{ a: text }]));
        if (/^-\d+$/.test(text)) return;
        for (const part of read.split(/[;\t\r\n]/))
          expect(part.replace(/^[\s\u200b]+/, "").normalize("NFKC")).not.toMatch(/^[=+\-@]/);
        expect(read.replaceAll("'", "")).toBe(text);
      }),
    );
  });

  it("round-trips any value except for added apostrophes", () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "=", "-", "5", "x") }));
    const row = fc.record({ a: text, b: text });
    fc.assert(
      fc.property(fc.array(row), (rows) => {
        const [head, ...read] = readCsv(formatCsv(["a", "b"], rows));
        expect(head).toEqual(["a", "b"]);
        const plain = read.map((cells) => cells.map((value) => value.replaceAll("'", "")));
        expect(plain).toEqual(rows.map(({ a, b }) => [a, b].map((value) => value.replaceAll("'", ""))));
      }),
    );
  });
});

/** Reads a table, character by character, as RFC 4180 has it. */
function readCsv(marked: string): string[][] {
  expect(marked.startsWith("\ufeff")).toBe(true);
  const text = marked.slice(1);
  const records: string[][] = [];
  let fields: string[] = [];
  let field = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (isQuoted && character === '"' && text.charAt(at + 1) === '"') {
      field += '"';
      at++;
    } else if (character === '"') {
      isQuoted = !isQuoted;
    } else if (!isQuoted && character === ",") {
      fields.push(field);
      field = "";
    } else if (!isQuoted && text.startsWith("\r\n", at)) {
      records.push([...fields, field]);
      fields = [];
      field = "";
      at++;
    } else {
      field += character;
    }
  }
  return [...records, [...fields, field]];
}

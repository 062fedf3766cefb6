import { describe, expect, it } from "vitest";
import { kindOf } from "#test/support/docs/block-kinds.ts";
import { comparableJson, comparableText, patternOf } from "#test/support/docs/documented-output.ts";
import { npmIssuesIn } from "#test/support/docs/npm-commands.ts";
import { codeBlocksIn } from "#test/support/docs/pages.ts";

const fence = "```";
const kindsIn = (page: string, text: string) => codeBlocksIn(page, text).map(kindOf);

describe("codeBlocksIn", () => {
  it("returns the blocks of a page with their notes, also those that are indented", () => {
    const page = `<!-- check: syntax -->\n${fence}sh\nls\n${fence}\n\n1. Item\n\n   ${fence}json\n   {}\n   ${fence}\n`;
    expect(codeBlocksIn("docs/a.md", page)).toMatchObject([
      { line: 2, language: "sh", note: { key: "check", value: "syntax" }, code: "ls\n" },
      { line: 8, language: "json", note: null, code: "{}\n" },
    ]);
  });

  it("throws when a block is not closed", () => {
    expect(() => codeBlocksIn("docs/a.md", `${fence}sh\nls\n`)).toThrow("docs/a.md:1: the block is not closed.");
  });
});

describe("kindOf", () => {
  it("returns null for a block without a language, and for an unknown note or language", () => {
    const page = `${fence}\nls\n${fence}\n\n<!-- check: none -->\n${fence}sh\nls\n${fence}\n\n${fence}rust\nx\n${fence}\n`;
    expect(kindsIn("docs/a.md", page)).toEqual([null, null, null]);
  });

  it("returns run only for pages of the documentation: others may install packages", () => {
    const page = `${fence}sh\nnpm install x\n${fence}\n`;
    expect([kindsIn("docs/a.md", page), kindsIn("clients/cli/README.md", page)]).toEqual([["run"], ["shell"]]);
  });
});

describe("npmIssuesIn", () => {
  it("returns unknown scripts, commands and options", () => {
    expect(
      npmIssuesIn("npm run nothing\nnpm run activity -- lst\nnpm run activity -- list --al\nactivity emit --loud"),
    ).toEqual([
      "npm has no script nothing",
      "the command line has no command lst",
      "list has no option --al",
      "emit has no option --loud",
    ]);
  });

  it("returns nothing for commands that exist, in lines that continue and in comments", () => {
    const shell = "npm ci && npm start\nnpm run --silent activity -- list \\\n  --limit 4   # npm run nothing\n";
    expect(npmIssuesIn(shell)).toEqual([]);
  });
});

describe("patternOf", () => {
  const matches = (documented: string, output: string) => patternOf(documented).test(comparableText(output));

  it("matches any text for an ellipsis in a line, and any lines for one of its own", () => {
    expect(matches("A  B\n…\n3 rows. Searched … lines.", "A   B\nx\ny\n3 rows. Searched 7 lines.\n")).toBe(true);
    expect(matches("A  B\n3 rows. Searched … lines.", "A   B\nx\n3 rows. Searched 7 lines.\n")).toBe(false);
  });

  it("matches ids, times and secrets that differ, and nothing else that differs", () => {
    const documented = "evt_01a1f8660d007a06bf12785ec8ef2be0  2026-05-11T08:30:12Z";
    expect(matches(documented, "evt_ffff  2026-11-30 21:59:06")).toBe(true);
    expect(matches(documented, "evt_ffff  2026-11-30 21:59:06 more")).toBe(false);
  });
});

describe("comparableJson", () => {
  it("is equal for documents that differ in form and ids only", () => {
    expect(comparableJson('{ "endpoint_id": "wh_1", "n": 1 }\n')).toEqual(
      comparableJson('{"endpoint_id":"wh_2","n":1}'),
    );
    expect(comparableJson('{"n":1}')).not.toEqual(comparableJson('{"n":2}'));
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bannedTerms, bannedTermsIn } from "#test/check/vocabulary.ts";

const findingsIn = (text: string) => bannedTermsIn({ path: "a.ts", text });

describe("bannedTermsIn", () => {
  it.each(["world", "told", "Whoever sends", "There is none", "parked", "at once", "its place", "a turn", "nobody"])(
    "finds %j in prose",
    (words) => {
      expect(findingsIn(`// First line\n// ${words} …`)).toHaveLength(1);
    },
  );

  it.each(["toldSettings", "DeliveryWorld", "world_of", "runScenario", "hisName"])(
    "finds the word in %s",
    (identifier) => {
      // "tell" alone is a plain verb; only "tell of" is refused.
      expect(findingsIn(`const ${identifier} = 1;`)).toHaveLength(identifier === "runScenario" ? 0 : 1);
    },
  );

  it.each(["worldwide", "this", "history", "in place", "takes place", "untold", "returns"])("leaves %j", (words) => {
    expect(findingsIn(words)).toEqual([]);
  });

  it("names the line, the term and what to write instead", () => {
    expect(findingsIn("one\ntwo trouble")).toEqual(['a.ts:2: "trouble" is not used here: transient error']);
  });

  it("finds each term that the glossary lists, and has the same alternatives", () => {
    const glossary = readFileSync(join(import.meta.dirname, "../../../docs/glossary.md"), "utf8");
    const [, table = ""] = /finds these:\n\n\|[^\n]*\n\|[^\n]*\n((?:\|[^\n]*\n)+)/.exec(glossary) ?? [];
    const rows = [...table.matchAll(/^\| (.+) \| (.+) \|$/gm)];
    const found = rows.map(([, terms = ""]) => terms.split(", ").map(findingsIn));
    expect(found).toEqual(
      rows.map(([, terms = "", instead]) =>
        terms.split(", ").map((term) => [`a.ts:1: "${term}" is not used here: ${instead}`]),
      ),
    );
    expect(rows.map(([, , instead]) => instead)).toEqual(bannedTerms.map(({ instead }) => instead));
  });
});

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { pagePaths, projectFolder, readPage } from "#test/support/docs/pages.ts";

/** The text of a page without its blocks and spans of code, which contain no links. */
function proseOf(page: string): string {
  return readPage(page)
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, "")
    .replaceAll(/`[^`\n]+`/g, "");
}

/** The targets of the inline links and images of a page. Reference links are not used. */
function linksOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]*)\)/g)].map(([, target = ""]) => target);
}

/** The anchors that GitHub makes of the headings of a page; the second heading of the same text ends in `-1`. */
function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const text = readPage(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
  const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
  return new Set(anchors);
}

const isExternal = (link: string) => /^(?:https?|mailto):/.test(link);

function isBroken(page: string, link: string): boolean {
  if (isExternal(link)) return !URL.canParse(link) || (!link.startsWith("mailto:") && !link.startsWith("https://"));
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (link === "" || !existsSync(join(projectFolder, file))) return true;
  return anchor !== undefined && !anchorsOf(file).has(anchor);
}

describe("links of the documentation", () => {
  it.each(pagePaths)("%s contains only links to existing files and headings", (page) => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });

  it.each(pagePaths)("%s contains no reference links, which this test does not check", (page) => {
    expect(proseOf(page).match(/^\[[^\]]+\]: .*$|\]\[[^\]]*\]/gm) ?? []).toEqual([]);
  });

  it("reach every page of docs from README.md", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached) {
      if (!page.endsWith(".md")) continue;
      for (const link of linksOf(page).filter((each) => !isExternal(each))) {
        reached.add(join(dirname(page), link.split("#")[0] ?? ""));
      }
    }
    expect(pagePaths.filter((page) => page.startsWith("docs/") && !reached.has(page))).toEqual([]);
  });
});

it("README.md has at most 150 lines", () => {
  expect(readPage("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

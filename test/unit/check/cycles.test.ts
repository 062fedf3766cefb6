import { describe, expect, it } from "vitest";
import { importCycles } from "#test/check/cycles.ts";

const file = (path: string, ...imported: readonly string[]) => ({
  path,
  text: imported.map((specifier) => `import { x } from "${specifier}";\n`).join(""),
});

describe("importCycles", () => {
  it("returns nothing for a tree of imports", () => {
    expect(
      importCycles([file("a/x.ts", "./y.ts", "#b/z.ts", "node:fs"), file("a/y.ts", "#b/z.ts"), file("b/z.ts")]),
    ).toEqual([]);
  });

  it("finds two files that import each other, types and dynamic imports included", () => {
    const importer = { path: "a/x.ts", text: 'import type { Y } from "./y.ts";' };
    const imported = { path: "a/y.ts", text: 'const x = await import("#a/x.ts");' };
    expect(importCycles([importer, imported])).toEqual([["a/x.ts", "a/y.ts", "a/x.ts"]]);
  });

  it("finds an import whose names are on several lines", () => {
    const importer = { path: "a/x.ts", text: 'import {\n  one,\n  type Two,\n} from "./y.ts";' };
    expect(importCycles([importer, file("a/y.ts", "./x.ts")])).toHaveLength(1);
  });

  it("finds two folders that import each other by different files", () => {
    const files = [
      file("top/a/x.ts", "#top/b/x.ts"),
      file("top/b/x.ts"),
      file("top/b/deep/y.ts", "#top/a/y.ts"),
      file("top/a/y.ts"),
    ];
    expect(importCycles(files)).toEqual([["top/a", "top/b", "top/a"]]);
  });

  it("lets a folder and its subfolder import each other", () => {
    expect(
      importCycles([file("a/x.ts", "./b/x.ts"), file("a/b/x.ts"), file("a/b/y.ts", "#a/y.ts"), file("a/y.ts")]),
    ).toEqual([]);
  });
});

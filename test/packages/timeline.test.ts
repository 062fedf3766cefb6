import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";

describePackage("timeline", ["react", "@types/react"]);

describe("the code of the timeline", () => {
  it("has at most 25,000 bytes compressed, with all languages, Lit and the wrapper for React", async () => {
    const { files } = await packPackage("timeline");
    const code = [...files].filter(([path]) => path.endsWith(".js"));
    expect(code.map(([path]) => path).sort()).toEqual(["dist/activity-timeline.js", "dist/react.js"]);
    const bytes = code.map(([, text]) => gzipSync(text, { level: 9 }).length);
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(25_000);
  });

  it("imports nothing but React, in the wrapper", async () => {
    const { files } = await packPackage("timeline");
    const imported = (path: string) =>
      [...(files.get(path) ?? "").matchAll(/\b(?:from|import) ?\(?"([@\w./-]+)"/g)].map(([, name]) => name);
    expect(imported("dist/activity-timeline.js")).toEqual([]);
    expect(imported("dist/react.js").sort()).toEqual(["./activity-timeline.js", "react"]);
  });

  it("has no code that makes markup or code of texts", async () => {
    const { files } = await packPackage("timeline");
    const own = files.get("dist/activity-timeline.js") ?? "";
    expect(own).not.toMatch(/\beval\(|new Function\(|insertAdjacentHTML|document\.write|outerHTML/);
  });
});

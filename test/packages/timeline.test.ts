import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";

describePackage("timeline", ["react", "@types/react"]);

describe("the code of the timeline", () => {
  it("has at most 25,000 bytes compressed, with Lit, a language and the wrapper for React", async () => {
    const { files } = await packPackage("timeline");
    const code = [...files].filter(([path]) => path.endsWith(".js"));
    const names = code.map(([path]) => path.replace(/-[A-Z\d]{8}(?=\.js$)/, ""));
    expect(names.sort()).toEqual(
      ["activity-timeline", "cs", "de", "nl", "react", "verify-event"].map((name) => `dist/${name}.js`),
    );
    const bytes = code
      .filter(([path]) => !path.includes("verify-event"))
      .map(([, text]) => gzipSync(text, { level: 9 }).length)
      .sort((one, other) => other - one);
    const [element = 0, language = 0] = bytes;
    const wrapper = bytes.at(-1) ?? 0;
    expect(element + language + wrapper).toBeLessThanOrEqual(25_000);
  });

  it("loads the verifier on demand only, which has at most 9,500 bytes compressed", async () => {
    const { files } = await packPackage("timeline");
    const [, verifier = ""] = [...files].find(([path]) => /^dist\/verify-event-\w+\.js$/.test(path)) ?? [];
    expect(gzipSync(verifier, { level: 9 }).length).toBeLessThanOrEqual(9_500);
    expect(files.get("dist/activity-timeline.js")).not.toContain("tlog-proof");
  });

  it("imports nothing but its languages and the verifier on demand and, in the wrapper, React", async () => {
    const { files } = await packPackage("timeline");
    const imported = (path: string) =>
      [...(files.get(path) ?? "").matchAll(/\b(?:from|import) ?\(?"([@\w./-]+)"/g)].map(([, name]) => name);
    expect(imported("dist/activity-timeline.js").map((name) => name?.slice(0, 5))).toEqual([
      "./cs-",
      "./de-",
      "./nl-",
      "./ver",
    ]);
    expect(imported("dist/react.js").sort()).toEqual(["./activity-timeline.js", "react"]);
  });

  it("has no code that makes markup or code of texts", async () => {
    const { files } = await packPackage("timeline");
    const own = files.get("dist/activity-timeline.js") ?? "";
    expect(own).not.toMatch(/\beval\(|new Function\(|insertAdjacentHTML|document\.write|outerHTML/);
  });
});

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleCode } from "#clients/build/bundle-code.ts";
import { bundleDeclarations } from "#clients/build/bundle-declarations.ts";
import { readManifest } from "#clients/build/package-manifest.ts";

/** Creates a package in the repository, so that it finds the packages of it, until the test ends. */
function createPackage(files: Readonly<Record<string, string>>, manifest: object = {}): string {
  mkdirSync(".build", { recursive: true });
  const folder = mkdtempSync(resolve(".build/package-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const imports = { "#shared/*": "@activity-log/shared/*" };
  const entry = { types: "./dist/main.d.ts", default: "./dist/main.js" };
  const defaults = {
    name: "@activity-log/test",
    type: "module",
    engines: { node: ">=22" },
    imports,
    exports: { ".": entry },
  };
  const all = { ...files, "package.json": JSON.stringify({ ...defaults, ...manifest }) };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const bundle = (folder: string) => bundleCode(folder, readManifest(folder));

describe("readManifest", () => {
  it("returns the sources of entry points and programs, and the oldest Node as esbuild names it", () => {
    const folder = createPackage({}, { bin: { test: "dist/run.js" }, engines: { node: ">=18" } });
    const expected = { target: ["node18"], exported: ["main.ts"], programs: ["run.ts"], dependencies: [] };
    expect(readManifest(folder)).toMatchObject(expected);
  });

  it.each([
    [{ ".": { types: "./dist/main.d.ts", default: "./main.js" } }, /main\.js: entry points must be dist\/NAME\.js/],
    [{ ".": { types: "./dist/other.d.ts", default: "./dist/main.js" } }, /must be dist\/main\.d\.ts/],
    [{ ".": "./dist/main.js" }, /exports/],
  ])("throws for the exports %j", (exports, message) => {
    expect(() => readManifest(createPackage({}, { exports }))).toThrow(message);
  });
});

describe("bundleCode for browsers", () => {
  const manifest = { browserslist: ["chrome 123", "safari 17.5"], peerDependencies: { react: ">=18" } };
  const main = `import { html } from "lit"; import { useRef } from "react"; import { theme } from "./styles/theme.ts";
    export { html, theme, useRef };`;
  const theme = "const css = String.raw; export const theme = css`\n  .a {\n    color: #ffffff;\n  }\n`;";

  it("has its packages in the bundle, with their licences, and imports those that the page has", async () => {
    const folder = createPackage({ "main.ts": main, "styles/theme.ts": theme }, manifest);
    await bundle(folder);
    const code = readFileSync(join(folder, "dist/main.js"), "utf8");
    expect(code.match(/from"[^"]*"/g)).toEqual(['from"react"']);
    expect(readFileSync(join(folder, "dist/third-party-licences.txt"), "utf8")).toContain("lit-html");
  });

  it("minifies styles", async () => {
    const folder = createPackage({ "main.ts": main, "styles/theme.ts": theme }, manifest);
    await bundle(folder);
    expect(readFileSync(join(folder, "dist/main.js"), "utf8")).toContain("`.a{color:#fff}`");
  });

  it("compiles for the browsers that the manifest names", () => {
    const target = ["chrome123", "safari17.5"];
    expect(readManifest(createPackage({}, manifest))).toMatchObject({ target, isForBrowsers: true });
  });
});

describe("bundleCode", () => {
  it("bundles own files, and imports dependencies", async () => {
    const main = `import * as z from "zod/mini"; import { one } from "./one.ts"; export const schema = z.literal(one);`;
    const folder = createPackage(
      { "main.ts": main, "one.ts": "export const one = 1;" },
      { dependencies: { zod: "^4.0.0" } },
    );
    await bundle(folder);
    const code = readFileSync(join(folder, "dist/main.js"), "utf8");
    expect(code.match(/from "[^"]*"/g)).toEqual(['from "zod/mini"']);
  });

  it("throws when a package is imported that is not a dependency", async () => {
    const folder = createPackage({ "main.ts": `export { z } from "zod";` });
    await expect(bundle(folder)).rejects.toThrow("Imported, but not in dependencies: zod");
  });

  it("throws when a dependency is not imported", async () => {
    const folder = createPackage({ "main.ts": "export const one = 1;" }, { dependencies: { zod: "^4.0.0" } });
    await expect(bundle(folder)).rejects.toThrow("In dependencies, but not imported: zod");
  });
});

describe("bundleDeclarations", () => {
  it("copies what the declarations reach, with relative imports", () => {
    const main = `import type { JsonObject } from "#shared/events/text/json.ts"; export declare const value: JsonObject;`;
    const folder = createPackage({ "main.ts": main, "unused.ts": "export const unused = 1;" });
    bundleDeclarations(folder, readManifest(folder));
    const declarations = readFileSync(join(folder, "dist/main.d.ts"), "utf8");
    expect(declarations).toContain('from "./shared/events/text/json.js"');
    expect(existsSync(join(folder, "dist/shared/events/text/json.d.ts"))).toBe(true);
    expect(existsSync(join(folder, "dist/unused.d.ts"))).toBe(false);
  });

  it("throws when a type of a package is exported that is not a dependency", () => {
    const folder = createPackage({ "main.ts": `import type { ZodError } from "zod"; export type Problem = ZodError;` });
    expect(() => bundleDeclarations(folder, readManifest(folder))).toThrow(
      "The declarations import zod, which is not in dependencies.",
    );
  });
});

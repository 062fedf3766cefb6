import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildSite } from "#clients/console/build/build-site.ts";
import { linkAssets } from "#clients/console/build/index-page.ts";
import { listSizes, type ScriptSize } from "#clients/console/build/sizes.ts";
import { objectHeaders } from "#infra/console/object-headers.ts";

const folder = mkdtempSync(join(tmpdir(), "activity-log-site-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds the console. Returns its files by path, without source maps, which contain paths. */
async function build(name: string) {
  const metafile = await buildSite(join(folder, name), { api: "https://api.example.com", stage: "dev" });
  const paths = readdirSync(join(folder, name), { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.\w+$/.test(path),
  );
  const kept = paths.filter((path) => !path.endsWith(".map")).sort();
  const files = new Map(kept.map((path) => [path, readFileSync(join(folder, name, path), "utf8")]));
  return { files, paths, sizes: listSizes(metafile) };
}

const sum = (sizes: readonly ScriptSize[]) => sizes.reduce((total, { gzipped }) => total + gzipped, 0);

describe("site of the console", () => {
  let files: ReadonlyMap<string, string>;
  let paths: readonly string[];
  let sizes: readonly ScriptSize[];
  const scripts = () => [...files].filter(([path]) => path.endsWith(".js"));
  const page = () => files.get("console/index.html") ?? "";

  beforeAll(async () => {
    ({ files, paths, sizes } = await build("first"));
  });

  it("has scripts of at most 32,000 bytes compressed before the first page, and 152,000 with all pages", () => {
    expect(scripts().length).toBe(sizes.length);
    expect(sum(sizes.filter(({ isFirst }) => isFirst))).toBeLessThanOrEqual(32_000);
    expect(sum(sizes)).toBeLessThanOrEqual(152_000);
  });

  it("loads a page's script on demand", () => {
    const onDemand = sizes.filter(({ isFirst }) => !isFirst).map(({ name }) => name.replace(/-[A-Z\d]{8}\.js$/, ""));
    expect(onDemand).toEqual(
      expect.arrayContaining(["activity-page", "document-page", "tokens-page", "reference-page"]),
    );
  });

  it("has the same files when it is built again", async () => {
    expect((await build("second")).files).toEqual(files);
  });

  it("has names for its assets that change with their content", () => {
    const assets = paths.filter((path) => path.startsWith("console/assets/"));
    expect(assets.length).toBeGreaterThan(scripts().length);
    for (const path of assets) expect(path).toMatch(/^console\/assets\/[\w-]+-[A-Z\d]{8}\.(?:js|css|svg)(?:\.map)?$/);
    const others = paths.filter((path) => !path.startsWith("console/assets/"));
    expect(others.sort()).toEqual(
      ["config.json", "index.html", "third-party-licences.txt"].map((name) => `console/${name}`),
    );
  });

  it("has only types of files that are served with a content type", () => {
    for (const path of paths) expect(objectHeaders(path)["content-type"]).toMatch(/^\w+\/[\w+]+(?:; charset=utf-8)?$/);
  });

  it("has a page that refers to files of the site only, and preloads what its script imports", () => {
    const references = [...page().matchAll(/(?:href|src)="([^"]+)"/g)].map(([, url = ""]) => url);
    for (const url of references) expect(files.has(url.slice(1)), url).toBe(true);
    const preloaded = [...page().matchAll(/modulepreload" href="\/console\/assets\/([^"]+)"/g)].map(([, name]) => name);
    const main = scripts().find(([path]) => path.includes("/main-"))?.[1] ?? "";
    const imported = [...main.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(0);
    expect(preloaded).toEqual(expect.arrayContaining(imported));
  });

  it("has nothing that its Content Security Policy would block: code of texts, inline scripts, styles and handlers", () => {
    expect(page()).not.toMatch(/<style|\bstyle=|\son\w+=|<script(?![^>]* src=)/i);
    for (const [path, code] of scripts()) {
      expect(code, path).not.toMatch(/\beval\(|\bnew Function\(|[^.\w]Function\(["'`]|document\.write\(/);
      expect(code, path).not.toMatch(/<[a-z][\w-]*[^<>]*\s(?:style|on[a-z]+)=["']/i);
    }
  });

  it("has its configuration, no secret of this machine, and the licences of what is in it", () => {
    expect(JSON.parse(files.get("console/config.json") ?? "")).toEqual({
      api: "https://api.example.com",
      stage: "dev",
    });
    expect(files.get("console/third-party-licences.txt")).toMatch(/^lit \d.* \(BSD-3-Clause\)$/m);
    for (const text of files.values()) expect(text).not.toMatch(/aibooks_(?:pat|view)_\w{16}/);
  });
});

describe("linkAssets", () => {
  it("throws when the page refers to a file that was not built", () => {
    const page = '<link rel="icon" href="./missing.svg">';
    expect(() => linkAssets(page, { inputs: {}, outputs: {} }, "/console/")).toThrow(
      "missing.svg, which was not built",
    );
  });
});

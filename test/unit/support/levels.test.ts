import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesOf, levels, longestFiles } from "#test/support/vitest/levels.ts";

const root = join(import.meta.dirname, "../../..");
const files = globSync("test/**/*.test.ts", { cwd: root });

it("levels contain every test file", () => {
  expect(files.filter((file) => !levels.some((level) => file.startsWith(`test/${level}/`)))).toEqual([]);
  expect(files.length).toBeGreaterThan(levels.length);
});

it("longestFiles names only existing files", () => {
  const named = [...longestFiles, ...filesOf("thorough").include];
  expect(named.filter((file) => !files.includes(file))).toEqual([]);
});

it("every published package is tested", () => {
  const isPublished = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8")).private !== true;
  const packages = globSync("clients/*/package.json", { cwd: root }).filter(isPublished);
  expect(
    packages.map((file) => file.replace(/^clients(.*)\/package\.json$/, "test/packages$1.test.ts")).sort(),
  ).toEqual(files.filter((file) => file.startsWith("test/packages/")).sort());
});

it("a test file that mocks modules leaves none of them to the next file of its worker", () => {
  const replacing = files.filter((file) => /\bvi\.(doM|m)ock\(/.test(readFileSync(join(root, file), "utf8")));
  const resets = (file: string) => readFileSync(join(root, file), "utf8").match(/\bvi\.resetModules\(\)/g)?.length;
  expect(replacing.map((file) => [file, resets(file)])).toEqual(replacing.map((file) => [file, 2]));
});

it("tests run on the Node version of the npm dependency, with any vitest command", () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(process.version).toBe(`v${devDependencies.node}`);
});

import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { levels, longest } from "../../support/levels.ts";

const files = globSync("test/**/*.test.ts", { cwd: join(import.meta.dirname, "../../..") });

it("every file of tests is of a level, and so runs", () => {
  expect(files.filter((file) => !levels.some((level) => file.startsWith(`test/${level}/`)))).toEqual([]);
  expect(files.length).toBeGreaterThan(levels.length);
});

it("the files that begin first are there", () => {
  expect(longest.filter((file) => !files.includes(file))).toEqual([]);
});

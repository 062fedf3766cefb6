import { execFile } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const project = resolve(import.meta.dirname, "../../..");

/** The programs of the documentation; a snippet without imports is part of a file. */
function snippets(): string[] {
  const pages = ["README.md", ...globSync("docs/*.md", { cwd: project })];
  return pages
    .flatMap((page) => [...readFileSync(join(project, page), "utf8").matchAll(/^ *```ts\n([\s\S]*?)^ *```$/gm)])
    .map(([, code = ""]) => code)
    .filter((code) => /^import /m.test(code));
}

it("TypeScript snippets of the documentation pass the type check", async () => {
  const found = snippets();
  expect(found.length).toBeGreaterThanOrEqual(4);
  mkdirSync(join(project, ".build"), { recursive: true });
  const folder = mkdtempSync(join(project, ".build/docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = found.map((code, at) => {
    const name = `snippet-${at}.ts`;
    writeFileSync(join(folder, name), code.replaceAll('from "./', 'from "../../'));
    return name;
  });
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ extends: "../../tsconfig.json", include: [], files }));
  const tsc = join(project, "node_modules/typescript/bin/tsc");
  const { stdout } = await promisify(execFile)(execPath, [tsc, "-p", folder]).catch(
    (error: { stdout: string }) => error,
  );
  expect(stdout).toBe("");
}, 120_000);

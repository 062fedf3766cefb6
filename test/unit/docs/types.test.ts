import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execPath } from "node:process";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { kindOf } from "#test/support/docs/block-kinds.ts";
import { packageSources } from "#test/support/docs/packages.ts";
import { type CodeBlock, codeBlocks, locationOf, projectFolder } from "#test/support/docs/pages.ts";

/** Where the types are that a note `<!-- type: NAME -->` names. Its block shows some members of an object of the type. */
const typeModules: Readonly<Record<string, string>> = { Stage: "#infra/config.ts" };

/** Returns a block as a program that can be checked. */
function toProgram({ code, note }: CodeBlock): string {
  if (note?.key !== "type") return code;
  return `import type { ${note.value} } from "${typeModules[note.value]}";\nexport const part: Partial<${note.value}> = {\n${code}};\n`;
}

it("TypeScript blocks of the documentation pass the type check, with packages resolved as for a user", async () => {
  const blocks = codeBlocks.filter((block) => kindOf(block) === "typescript");
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  mkdirSync(join(projectFolder, ".build"), { recursive: true });
  const folder = mkdtempSync(join(projectFolder, ".build/docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const files = blocks.map((block) => {
    const name = block.note?.key === "file" ? block.note.value : `${locationOf(block).replaceAll(/[^\w-]+/g, "-")}.ts`;
    writeFileSync(join(folder, name), toProgram(block));
    return name;
  });
  // As users have it by default; the settings of this repository leave the DOM out.
  const compilerOptions = { paths: packageSources(), lib: ["es2024", "dom", "dom.iterable"] };
  const config = { extends: "../../tsconfig.json", include: [], files, compilerOptions };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const run = promisify(execFile);
  await run(execPath, [join(projectFolder, "clients/client/generate-types.ts")]);
  const tsc = join(projectFolder, "node_modules/typescript/bin/tsc");
  const { stdout } = await run(execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
}, 120_000);

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, inject } from "vitest";

/** Copies the synthesized stack with a modified template. Throws if the modification has no effect. */
export function changedAssembly(change: (template: string) => string): string {
  const folder = mkdtempSync(join(tmpdir(), "activity-log-cdk-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(inject("assembly"), folder, { recursive: true });
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".template.json"))) {
    const path = join(folder, name);
    const template = readFileSync(path, "utf8");
    const changed = change(template);
    if (changed === template) throw new Error("The change does not apply to the template.");
    writeFileSync(path, changed);
  }
  return folder;
}

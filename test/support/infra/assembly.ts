import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, inject } from "vitest";
import * as z from "zod";

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

/** Returns an assembly without the effect of a statement, by its sid, that denies operators what a test does as one. */
export function assemblyWithout(sid: string): string {
  const statement = z.looseObject({ Sid: z.literal(sid) });
  const open = (_: string, value: unknown) => {
    const { data } = statement.safeParse(value);
    return data === undefined ? value : { ...data, Effect: "Allow" };
  };
  return changedAssembly((template) => JSON.stringify(JSON.parse(template), open));
}

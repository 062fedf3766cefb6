import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Returns the operations of an OpenAPI description for which a generated client has no method. */
export function missingOperations(operationIds: readonly string[], source: string): string[] {
  const methods = new Set(Array.from(source.matchAll(/(\w+)\(/g), ([, name = ""]) => comparable(name)));
  return operationIds.filter((id) => !methods.has(comparable(id)));
}

/** A name without what each language writes in its own way: `list_activity`, `listActivity` and `ListActivity`. */
function comparable(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Returns the text of all source files in a folder and its subfolders. */
export function sourcesIn(folder: string, extension: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files
    .filter((file) => file.endsWith(extension))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
}

import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The Node that npm brings for this project. */
export function projectNode(): string {
  return join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
}

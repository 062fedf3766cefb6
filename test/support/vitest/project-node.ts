import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Path of the Node that npm installs for this project. */
export function projectNode(): string {
  return join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
}

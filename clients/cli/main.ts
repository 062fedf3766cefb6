import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Halves the time of a command. Not in the shared temporary folder, where another user could replace compiled code.
enableCompileCache(join(import.meta.dirname, "../../.build/compile-cache"));

await import("./run.ts");

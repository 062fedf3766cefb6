#!/usr/bin/env node
import * as module from "node:module";
import { compileCacheFolder } from "./environment.ts";

// Halves the time of a command. Where the folder cannot be written, Node compiles each time.
module.enableCompileCache?.(compileCacheFolder);

await import("./run.ts");

import { resolve } from "node:path";
import { argv } from "node:process";
import { buildPackage } from "#clients/build/build-package.ts";

/** Builds the packages in the given folders: `node clients/build/main.ts clients/emitter`. */
for (const folder of argv.slice(2)) await buildPackage(resolve(folder));

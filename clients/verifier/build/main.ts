import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { argv } from "node:process";
import { buildVerifier, bundleProgram } from "./build-verifier.ts";

/** Builds the verifier: `node build/main.ts`. With a path, builds only the program for Node, for a package that contains it. */
const [, , path] = argv;
if (path === undefined) await buildVerifier(resolve(import.meta.dirname, "../dist"));
else writeFileSync(path, await bundleProgram());

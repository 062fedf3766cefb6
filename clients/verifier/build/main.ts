import { resolve } from "node:path";
import { buildVerifier } from "./build-verifier.ts";

await buildVerifier(resolve(import.meta.dirname, "../dist"));

import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { bundle, bundling } from "#infra/constructs/bundle.ts";

const root = join(import.meta.dirname, "../../..");
const text = (name: string) => readFileSync(join(root, name), "utf8");
const { dependencies } = z
  .object({ dependencies: z.record(z.string(), z.string()) })
  .parse(JSON.parse(text("package.json")));
const { packages } = z
  .object({ packages: z.record(z.string(), z.object({ dev: z.optional(z.boolean()) })) })
  .parse(JSON.parse(text("package-lock.json")));

/** The packages that files of `node_modules` belong to, as the lock file names them. */
function packagesOf(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function functionInputs(entry: string): string[] {
  const { folder, metafile } = bundle(entry);
  rmSync(folder, { recursive: true });
  return Object.keys(metafile.inputs);
}

/** What the command line and the emitter run with: they are not bundled, so this only lists it. */
function clientInputs(): string[] {
  const entryPoints = globSync(["clients/cli/main.ts", "clients/emitter/*.ts"], { cwd: root });
  const outdir = join(root, ".build/clients");
  return Object.keys(buildSync({ ...bundling, entryPoints, outdir, write: false, sourcemap: false }).metafile.inputs);
}

const entries = globSync("functions/*/*.ts", { cwd: root }).sort();
const shipped = new Map([
  ...entries.map((entry) => [entry, packagesOf(functionInputs(entry))] as const),
  ["clients", packagesOf(clientInputs())] as const,
]);

describe("production dependencies", () => {
  it.each([...shipped])("%s", (_, names) => {
    const unknown = names.filter((name) => packages[name] === undefined || packages[name].dev === true);
    expect(unknown).toEqual([]);
  });

  it("are only packages that are shipped, and the Node of the command line", () => {
    const used = new Set([...shipped.values()].flat());
    const unused = Object.keys(dependencies).filter((name) => !used.has(`node_modules/${name}`));
    expect(unused).toEqual(["node"]);
  });
});

import { resolve } from "node:path";
import { argv } from "node:process";
import { context } from "esbuild";
import { bundleConsole, consoleBuild } from "#clients/console/build/bundle-console.ts";

const dist = resolve(import.meta.dirname, "../dist");

/** Builds the console into its `dist`; with `--watch` again at each change, served at the address that is printed. */
if (argv.includes("--watch")) {
  const building = await context(consoleBuild(resolve(dist, "console")));
  await building.watch();
  const { port } = await building.serve({
    host: "127.0.0.1",
    servedir: dist,
    fallback: resolve(dist, "console/index.html"),
  });
  console.log(`http://127.0.0.1:${port}/console/`);
} else {
  await bundleConsole(dist);
}

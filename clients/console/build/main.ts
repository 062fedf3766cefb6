import { resolve } from "node:path";
import { argv } from "node:process";
import { context } from "esbuild";
import { buildSite, bundleOptions } from "#clients/console/build/build-site.ts";
import { listSizes } from "#clients/console/build/sizes.ts";

const project = resolve(import.meta.dirname, "../../..");

/** Builds the console and prints the sizes of its scripts; with `--watch` again at each change, into what `npm start` serves. */
if (argv.includes("--watch")) {
  const building = await context({ ...bundleOptions(resolve(project, ".local/site")), logLevel: "info" });
  await building.watch();
} else {
  const metafile = await buildSite(resolve(project, "clients/console/dist"), { api: "", stage: "dev" });
  for (const { name, bytes, gzipped, isFirst } of listSizes(metafile)) {
    console.log(
      `${String(bytes).padStart(9)} ${String(gzipped).padStart(9)} gzipped  ${name}${isFirst ? "" : ", on demand"}`,
    );
  }
}

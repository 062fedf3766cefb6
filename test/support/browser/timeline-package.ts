import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { bundleCode } from "#clients/build/bundle-code.ts";
import { readManifest } from "#clients/build/package-manifest.ts";

/** The code of the package in a folder of its own, because other tests build `dist` meanwhile. */
export type BuiltTimeline = { readonly dist: string; remove(): void };

/** Builds the package into a folder of the repository, so that Node finds React from there. */
export async function buildTimeline(): Promise<BuiltTimeline> {
  const folder = resolve("clients/timeline");
  mkdirSync(".build", { recursive: true });
  const dist = mkdtempSync(resolve(".build/timeline-"));
  await bundleCode(folder, readManifest(folder), dist);
  return { dist, remove: () => rmSync(dist, { recursive: true, force: true }) };
}

/**
 * Bundles a program that embeds the timeline. `modules` is the folder in whose `node_modules` its packages are. The server
 * of the test has the element itself.
 */
export async function bundleApp(code: string, { dist }: BuiltTimeline, modules = "."): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: resolve(modules), loader: "js" },
    bundle: true,
    write: false,
    format: "esm",
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false" },
    plugins: [
      {
        name: "packages",
        setup({ onResolve, resolve: find }) {
          onResolve({ filter: /^@activity-log\/timeline\/react$/ }, () => ({ path: join(dist, "react.js") }));
          onResolve({ filter: /^\.\/activity-timeline\.js$/ }, () => ({
            path: "/timeline/activity-timeline.js",
            external: true,
          }));
          // The wrapper must use the React of the program, as it does when it is installed.
          onResolve({ filter: /^react$/ }, ({ pluginData, kind }) =>
            pluginData === "found"
              ? undefined
              : find("react", { resolveDir: resolve(modules), kind, pluginData: "found" }),
          );
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? "";
}

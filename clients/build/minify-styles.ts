import { readFile } from "node:fs/promises";
import { type Plugin, transform } from "esbuild";

/** Minifies what files in folders named `styles` have in templates tagged with `css`, which esbuild leaves as they are. */
export const minifyStyles: Plugin = {
  name: "minify-styles",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]styles[\\/][\w-]+\.ts$/ }, async ({ path }) => {
      const parts = (await readFile(path, "utf8")).split(/(?<=css`)([^`]*)/);
      const minified = parts.map(async (part, at) =>
        at % 2 === 0 ? part : (await transform(part, { loader: "css", minify: true })).code.trim(),
      );
      return { contents: (await Promise.all(minified)).join(""), loader: "ts" };
    });
  },
};

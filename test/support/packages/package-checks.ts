import { checkPackage, createPackageFromTarballData, type Problem } from "@arethetypeswrong/core";
import { publint } from "publint";
import { describe, expect, it } from "vitest";
import { createProject, programsOf } from "./empty-project.ts";
import { type PackedPackage, packPackage } from "./packed-package.ts";

/**
 * Tests what holds for every package. `others` are packages that the programs of its README import and users bring.
 * A package is tested in one file only: two workers must not build it at the same time.
 */
export function describePackage(name: string, others: readonly string[] = []): void {
  describe(`the package ${name}`, () => {
    it("contains its code, declarations, manifest, README and licence, and nothing else", async () => {
      const { files } = await packPackage(name);
      const remaining = [...files.keys()].filter(
        (path) => !/^dist\/(?:[\w/-]+\.(?:js|d\.ts)|third-party-licences\.txt)$/.test(path),
      );
      expect(remaining.sort()).toEqual(["LICENSE", "README.md", "package.json"]);
      const built = [...files].filter(([path]) => path.startsWith("dist/"));
      for (const [path, text] of built) expect(text, path).not.toMatch(/(?:\bfrom ?|\bimport[ (]?)"#/);
    });

    it("has no findings of publint", async () => {
      const { tarball } = await packPackage(name);
      const { messages } = await publint({ pack: { tarball: tarball.buffer }, strict: true });
      expect(messages).toEqual([]);
    });

    it("has types for every entry point", async () => {
      const { tarball, manifest } = await packPackage(name);
      if (!isLibrary(manifest)) return;
      const analysis = await checkPackage(createPackageFromTarballData(tarball));
      expect(analysis.types === false ? "no types" : analysis.problems.filter(concernsModules)).toEqual([]);
    });

    it.each(["node16", "bundler"] as const)(
      "passes the type check of its README with moduleResolution %s",
      async (resolution) => {
        const packed = await packPackage(name);
        const project = createProject(packed, others);
        const programs = programsOf(packed).map((code, at) => {
          project.write(`program-${at}.ts`, code);
          return `program-${at}.ts`;
        });
        if (isLibrary(packed.manifest)) expect(programs).not.toEqual([]);
        if (programs.length > 0) expect(await project.typeCheck(programs, resolution)).toBe("");
      },
    );
  });
}

/** Whether programs can import it; the command line is only run. */
function isLibrary({ exports = {} }: PackedPackage["manifest"]): boolean {
  return Object.values(exports).some((target) => typeof target === "object");
}

/** Packages are ES modules only: resolutions that do not know `exports`, and `require`, do not count. */
function concernsModules(problem: Problem): boolean {
  return !("resolutionKind" in problem && ["node10", "node16-cjs"].includes(problem.resolutionKind));
}

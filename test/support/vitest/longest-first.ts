import type { TestSequencer, TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";
import { levels, longestFiles } from "./levels.ts";

const order: readonly string[] = levels;

/** Runs the slowest files first, so that none is left for the end, when other workers are idle. */
export class LongestFirst extends BaseSequencer implements TestSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const known = longestFiles.findIndex((path) => moduleId.endsWith(`/${path}`));
      return known < 0 ? longestFiles.length + order.indexOf(project.name) : known;
    };
    // The files of a level stay in the order that vitest gives them, which knows earlier runs and the sizes of files.
    const sorted = await super.sort(files);
    return sorted
      .map((file) => ({ file, rank: rank(file) }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ file }) => file);
  }
}

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { filesOf, levels, type TestLevel } from "#test/support/vitest/levels.ts";
import { LongestFirst } from "#test/support/vitest/longest-first.ts";
import { projectNode } from "#test/support/vitest/project-node.ts";
import { useOwnTemporaryFolder } from "#test/support/vitest/temporary-folder.ts";

// What vitest starts, and what that starts, runs on the Node of the project, whichever Node vitest was started with.
process.execPath = projectNode();
useOwnTemporaryFolder();

const support = (names: readonly string[]) => names.map((name) => `test/support/vitest/${name}.ts`);

/** What is made once before the first test of a level. */
const globalSetups: Readonly<Record<TestLevel, readonly string[]>> = {
  unit: ["trusted-certificates"],
  contract: ["synthesize", "start-dynamodb"],
  browser: ["unpack-browser", "synthesize", "start-dynamodb", "start-stack"],
  packages: [],
  infra: [],
  thorough: [],
  scenario: ["trusted-certificates", "synthesize", "start-dynamodb"],
  smoke: ["trusted-certificates", "synthesize", "start-dynamodb"],
};

/** A worker loads what its files import once: no file may leave anything behind for the next. */
export default defineConfig({
  test: {
    // Scenarios wait more than they compute, so there are more files at the same time than cores.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: LongestFirst },
    pool: "forks",
    isolate: false,
    coverage: {
      include: ["{clients,functions,infra,shared}/**/*.ts"],
      exclude: ["**/dist/**"],
      reporter: ["text-summary", "html"],
    },
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
    // A test that waits in vain says itself for what: these only end one that hangs.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: levels.map((name) => ({
      extends: true,
      test: { name, ...filesOf(name), globalSetup: support(globalSetups[name]) },
    })),
  },
});

import { defineConfig } from "vitest/config";
import { deployedStack } from "./test/support/environment.ts";

/** Levels are folders; each scenario file runs a stack of its own, so only so many run side by side as there are cores. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/synthesize.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    // A stack that was deployed a moment ago takes minutes until it is given events: see `openWorld`.
    hookTimeout: deployedStack() === null ? 60_000 : 360_000,
    restoreMocks: true,
  },
});

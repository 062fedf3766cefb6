import { defineConfig } from "vitest/config";

/** Levels are folders; each scenario file runs a stack of its own, so only so many run side by side as there are cores. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/synthesize.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    restoreMocks: true,
  },
});

import { defineConfig } from "vitest/config";

/** Smoke tests that only the deployment check runs: they need a receiver beside the stack. */
export default defineConfig({ test: { include: ["test/deploy/**/*.smoke.ts"], pool: "forks" } });

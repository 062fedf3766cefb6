import { defineConfig } from "vitest/config";

/** Stories that only the deployment check tells: they need a receiver beside the stack. */
export default defineConfig({ test: { include: ["test/deploy/**/*.story.ts"], pool: "forks" } });

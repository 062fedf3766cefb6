import { defineConfig } from "vitest/config";
import shared from "../../vitest.config.ts";

/** Stories that only the deployment check tells: they need a receiver beside the stack. */
export default defineConfig({ test: { ...shared.test, include: ["test/deploy/**/*.story.ts"] } });

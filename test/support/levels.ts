/** The levels of tests, each a folder and a project of vitest. Those that wait most begin first. */
export const levels = ["scenario", "smoke", "contract", "infra", "unit"] as const;

/**
 * The files that take longest, longest first, and mostly wait meanwhile: a run is over soonest when they begin first.
 * A file that is missing here only begins later.
 */
export const longest: readonly string[] = [
  "isolation",
  "webhooks",
  "start",
  "stage",
  "cli",
  "cli-emit",
  "webhooks-repair",
  "ingest",
  "soak",
  "cli-webhooks",
  "webhooks-delivery",
  "smoke-deployed",
].map((name) => `test/scenario/${name}.test.ts`);

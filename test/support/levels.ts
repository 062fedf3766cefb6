/**
 * The levels of tests, each a project of vitest: folders, and the thorough ones of the unit tests. Those that wait most
 * begin first.
 */
export const levels = ["scenario", "smoke", "contract", "infra", "thorough", "unit"] as const;

export type Level = (typeof levels)[number];

/** Unit tests that take a second or more of a core: random cases by the thousand, simulations of days, real engines. */
const thorough: readonly string[] = [
  "access/token-gate",
  "cli/emit",
  "cli/review",
  "dialects/finzbooks/webhooks/event-types",
  "dialects/finzbooks/webhooks/openapi",
  "dialects/hostile-items",
  "dialects/openapi",
  "dialects/simplybooks/activity-id",
  "dialects/simplybooks/answer-access",
  "dialects/simplybooks/conditions-together",
  "dialects/simplybooks/local-date",
  "dialects/simplybooks/openapi",
  "dialects/simplybooks/query",
  "events/raised-shards",
  "events/stored-json",
  "events/timestamp",
  "events/window",
  "lambda/audit-log",
  "lambda/ingest",
  "lambda/ingest-queue",
  "local/sqs-engine",
  "local/stream-source",
  "review/any-item",
  "review/every-record",
  "simulate/import",
  "store/parse-event-item",
  "webhooks/send-faults",
  "webhooks/send-tls",
].map((name) => `test/unit/${name}.test.ts`);

/** Which files are of a level. */
export function filesOf(level: Level): { readonly include: string[]; readonly exclude: string[] } {
  if (level === "thorough") return { include: [...thorough], exclude: [] };
  return { include: [`test/${level}/**/*.test.ts`], exclude: level === "unit" ? [...thorough] : [] };
}

/**
 * The files that take longest, longest first, and mostly wait meanwhile: a run is over soonest when they begin first.
 * A file that is missing here only begins later.
 */
export const longest: readonly string[] = [
  "isolation",
  "soak",
  "webhooks",
  "start",
  "cli",
  "cli-webhooks",
  "webhooks-repair",
  "cli-emit",
  "webhooks-delivery",
  "smoke-deployed",
  "ingest",
  "webhooks-faults",
  "stage",
].map((name) => `test/scenario/${name}.test.ts`);

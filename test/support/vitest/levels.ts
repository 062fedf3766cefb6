/**
 * The levels of tests, each a project of vitest: folders, and the thorough ones of the unit tests. Those that wait most
 * begin first.
 */
export const levels = ["scenario", "smoke", "contract", "browser", "packages", "infra", "thorough", "unit"] as const;

export type TestLevel = (typeof levels)[number];

/** Unit tests that take a second or more of a core: random cases by the thousand, simulations of days, real engines. */
const thorough: readonly string[] = [
  "auth/token-authenticator",
  "cli/emit/emit",
  "cli/export/killed-export",
  "cli/audit/audit",
  "api/webhooks/event-types",
  "api/webhooks/openapi",
  "api/hostile-items",
  "api/openapi-description/description",
  "api/simplybooks/activity/activity-id",
  "api/simplybooks/handler-access",
  "api/simplybooks/filter/conditions-together",
  "api/simplybooks/filter/local-date",
  "api/simplybooks/openapi",
  "api/simplybooks/query",
  "events/shards/resharding",
  "events/text/stored-json",
  "platform/time/timestamp",
  "events/query/offset-pagination",
  "audit/aws/audit-log",
  "events/ingest/aws/ingest-handler",
  "events/ingest/aws/ingest-queue",
  "ledger/anchors/faults",
  "ledger/sequencer/faults",
  "local/emulators/sqs",
  "local/event-source-mappings/stream-poller",
  "audit/any-item",
  "audit/every-record",
  "simulate/import",
  "events/dynamodb/parse-event-item",
  "ledger/formats/mutations",
  "ledger/merkle/boundary-sizes",
  "ledger/proofs/proofs",
  "ledger/verification/tampers",
  "webhooks/sending/send-failures",
  "webhooks/sending/send-tls",
].map((name) => `test/unit/${name}.test.ts`);

/** Which files are of a level. */
export function filesOf(level: TestLevel): { readonly include: string[]; readonly exclude: string[] } {
  if (level === "thorough") return { include: [...thorough], exclude: [] };
  return { include: [`test/${level}/**/*.test.ts`], exclude: level === "unit" ? [...thorough] : [] };
}

/**
 * The files that take longest, longest first, and mostly wait meanwhile: a run is over soonest when they begin first.
 * A file that is missing here only begins later.
 */
export const longestFiles: readonly string[] = [
  "webhooks/faults",
  "ingest/isolation",
  "stack/soak",
  "webhooks/webhooks",
  "stack/start",
  "cli/cli",
  "cli/webhooks",
  "docs/pages",
  "webhooks/repair",
  "cli/emit",
  "examples/examples",
  "webhooks/delivery",
  "stack/smoke-deployed",
  "ingest/ingest",
  "stack/stage",
].map((name) => `test/scenario/${name}.test.ts`);

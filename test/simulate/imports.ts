import { textTable } from "#test/support/infra/text-table.ts";
import { type ImportResult, simulateImport } from "./ingest-import.ts";
import { createIngestPolicy } from "./ingest-policy.ts";
import { unitsPerSecond } from "./partition.ts";
import { type BudgetCheck, formatPercentiles } from "./report.ts";
import type { QueueConsumer } from "./stage-settings.ts";

const imported = 1_000_000;
const quiet = { orgs: 1_000, perSecond: 100 };

/** Rate at which the emitter sends. A higher throughput of the keys has no effect. */
const sentPerSecond = 10_000;

/** Simulates the import of a million events by one organisation, with index keys in one shard and in sixteen. */
export function simulateImports(
  options: QueueConsumer & { readonly seed: number },
  progress: (text: string) => void,
): { readonly table: string; readonly checks: readonly BudgetCheck[] } {
  const runs = [1, 16].map((shards) => ({
    shards,
    result: simulateImport({ ...options, imported, shards, quiet, createPolicy: createIngestPolicy }, (stored) =>
      progress(`Import of ${imported} events, shards: ${shards}, stored: ${stored}`),
    ),
  }));
  return { table: formatRuns(runs), checks: runs.flatMap(({ shards, result }) => checksOf(shards, result)) };
}

function checksOf(shards: number, result: ImportResult): BudgetCheck[] {
  const ceiling = Math.min(shards * unitsPerSecond, sentPerSecond);
  const { quiet, imported: own, quietDeadLetters } = result;
  const name = (what: string) => `import, ${shards} shard${shards === 1 ? "" : "s"}: ${what}`;
  return [
    { name: name("quiet events, sent to stored, p99"), value: quiet.p99, unit: "ms", budget: { atMost: 1_000 } },
    { name: name("dead letters"), value: own.deadLetters + quietDeadLetters, unit: "", budget: { atMost: 0 } },
    { name: name("stored"), value: own.stored, unit: "events", budget: { atLeast: imported } },
    {
      name: name(`rate, of the ${ceiling} a second that its keys allow`),
      value: own.perSecond,
      unit: "/s",
      budget: { atLeast: 0.9 * ceiling },
    },
  ];
}

function formatRuns(runs: readonly { readonly shards: number; readonly result: ImportResult }[]): string {
  const header = ["IMPORT", "QUIET", "p50", "p90", "p99", "MAX", "IMPORTED IN", "DEFERRALS", "MOST IN FLIGHT"];
  const rows = runs.map(({ shards, result }) => [
    `${shards} shard${shards === 1 ? "" : "s"}`,
    ...formatPercentiles(result.quiet),
    `${Math.round(result.imported.seconds)} s`,
    String(result.deferrals),
    String(result.mostInFlight),
  ]);
  return textTable([header, ...rows]);
}

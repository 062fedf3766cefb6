import { textTable } from "#test/support/infra/text-table.ts";
import { type BudgetCheck, formatPercentiles } from "./report.ts";
import { type SlowEndpointsResult, simulateSlowEndpoints } from "./slow-endpoints.ts";
import type { QueueConsumer } from "./stage-settings.ts";

export type DeliveriesOptions = {
  readonly seed: number;
  readonly fast: QueueConsumer;
  readonly slow: QueueConsumer;
  readonly sendsPerOrg: number;
};

const quiet = { orgs: 1_000, perSecond: 100, responseMs: 100 };

/** Load cases, each beside a thousand healthy organisations. */
const cases = [
  {
    name: "50 slow endpoints",
    seconds: 30,
    quietP99Ms: 5_000,
    busy: { orgs: 1, endpoints: 50, eventsPerSecond: 200, responseMs: () => 12_000 },
  },
  {
    name: "6 organisations with 50 each",
    seconds: 30,
    // First deliveries of quiet organisations use the slow lane, whose instances are busy: up to the time of a send.
    quietP99Ms: 15_000,
    busy: { orgs: 6, endpoints: 50, eventsPerSecond: 20, responseMs: () => 12_000 },
  },
  {
    name: "50 fast for 20 s, then slow",
    seconds: 40,
    quietP99Ms: 5_000,
    busy: {
      orgs: 1,
      endpoints: 50,
      eventsPerSecond: 40,
      responseMs: (now: number) => (now % 35_000 < 20_000 ? 50 : 14_000),
    },
  },
];

/** Simulates few organisations whose endpoints respond slowly, always or at times. */
export async function simulateDeliveries(
  options: DeliveriesOptions,
  progress: (text: string) => void,
): Promise<{ readonly table: string; readonly checks: readonly BudgetCheck[] }> {
  const rows: string[][] = [
    ["DELIVERIES", "QUIET", "p50", "p90", "p99", "MAX", "BUSY SENDS", "MOST, FAST", "MOST, SLOW"],
  ];
  const checks: BudgetCheck[] = [];
  for (const { name, busy, seconds, quietP99Ms } of cases) {
    progress(`Deliveries beside ${name}`);
    const result = await simulateSlowEndpoints({ ...options, busy, quiet, seconds });
    const { fast, slow } = result.busyMostConcurrent;
    rows.push([name, ...formatPercentiles(result.quiet), ...[result.busySent, fast, slow].map(String)]);
    checks.push(...checksOf(name, result, { ...options, quietP99Ms }));
  }
  return { table: textTable(rows), checks };
}

function checksOf(
  name: string,
  result: SlowEndpointsResult,
  { sendsPerOrg, quietP99Ms }: DeliveriesOptions & { readonly quietP99Ms: number },
): readonly BudgetCheck[] {
  const { quiet: times, quietUnsent, busyMostConcurrent, deadLetters } = result;
  const check = (what: string, value: number, atMost: number, unit = ""): BudgetCheck => {
    return { name: `${name}: ${what}`, value, unit, budget: { atMost } };
  };
  return [
    check("quiet events, commit to first attempt, p99", times.p99, quietP99Ms, "ms"),
    check("quiet deliveries that were not sent", quietUnsent, 0),
    check("concurrent sends of an organisation on the slow lane", busyMostConcurrent.slow, sendsPerOrg),
    check("dead letters", deadLetters, 0),
  ];
}

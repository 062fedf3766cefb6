import { type Check, formatPercentiles, formatTable } from "./report.ts";
import { simulateSlowEndpoints } from "./slow-endpoints.ts";
import type { QueueConsumer } from "./stage-settings.ts";

export type DeliveriesOptions = {
  readonly seed: number;
  readonly fast: QueueConsumer;
  readonly slow: QueueConsumer;
  readonly sendsPerOrg: number;
};

const busy = { endpoints: 50, eventsPerSecond: 200, responseMs: 12_000 };
const quiet = { orgs: 1_000, perSecond: 100, responseMs: 100 };
const seconds = 30;

/** Fifty endpoints of one organisation that take 12 seconds to succeed, beside a thousand healthy organisations. */
export async function simulateDeliveries(
  options: DeliveriesOptions,
  progress: (text: string) => void,
): Promise<{ readonly table: string; readonly checks: readonly Check[] }> {
  progress("Deliveries beside 50 slow endpoints of one organisation");
  const result = await simulateSlowEndpoints({ ...options, busy, quiet, seconds });
  const { quiet: times, quietUnsent, busyMostConcurrent, busySent, deadLetters } = result;
  const name = (what: string) => `50 slow endpoints: ${what}`;
  return {
    table: formatTable([
      ["DELIVERIES", "QUIET", "p50", "p90", "p99", "MAX", "SLOW SENDS", "MOST CONCURRENT"],
      ["50 slow endpoints", ...formatPercentiles(times), String(busySent), String(busyMostConcurrent)],
    ]),
    checks: [
      {
        name: name("quiet events, commit to first attempt, p99"),
        value: times.p99,
        unit: "ms",
        bar: { atMost: 5_000 },
      },
      { name: name("quiet deliveries that were not sent"), value: quietUnsent, unit: "", bar: { atMost: 0 } },
      {
        name: name("concurrent sends of their organisation"),
        value: busyMostConcurrent,
        unit: "",
        bar: { atMost: options.sendsPerOrg },
      },
      { name: name("dead letters"), value: deadLetters, unit: "", bar: { atMost: 0 } },
    ],
  };
}

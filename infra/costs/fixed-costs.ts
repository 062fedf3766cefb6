import { type CostLine, functionDollars } from "./monthly-costs.ts";
import { prices } from "./prices.ts";
import { million } from "./workload.ts";

/** What a stack has of that which is paid for by the piece. */
export type StackCounts = {
  readonly alarmMetrics: number;
  readonly dashboards: number;
  readonly customMetrics: number;
  readonly keys: number;
  readonly polledQueues: number;
};

const minutesOfMonth = 730 * 60;

/** Returns what a stack costs in a month without any event. */
export function fixedCosts(counts: StackCounts): CostLine[] {
  const { cloudwatch, kms, sqs } = prices;
  // Lambda polls a queue with five connections, each for up to 20 seconds a call.
  const polls = counts.polledQueues * 5 * 3 * minutesOfMonth;
  const runs = 2 * minutesOfMonth;
  return [
    {
      name: "alarms",
      basis: "for each metric that an alarm looks at",
      dollars: counts.alarmMetrics * cloudwatch.alarmMetric,
    },
    { name: "dashboard", basis: "one", dollars: counts.dashboards * cloudwatch.dashboard },
    {
      name: "metrics",
      basis: "each name, and those of requests also by dialect; at most, since a metric without figures costs nothing",
      dollars: counts.customMetrics * cloudwatch.customMetric,
    },
    {
      name: "KMS keys",
      basis:
        "of signing secrets and of the audit logs; each of the first two yearly rotations adds $1 a month for each",
      dollars: counts.keys * kms.key,
    },
    {
      name: "polling of queues",
      basis: "Lambda's empty receives, five connections a queue",
      dollars: (polls / million) * sqs.millionCalls,
    },
    {
      name: "due function",
      basis: "two runs a minute, 512 MB for 50 ms",
      dollars: functionDollars({ calls: runs, ms: 50, memoryGb: 0.5 }),
    },
  ];
}

/** Returns what an edge costs in a month without any request. */
export function edgeCosts(rules: number): CostLine[] {
  const { waf, secretsManager } = prices;
  return [
    { name: "web ACL", basis: "the ACL and its rules", dollars: waf.acl + rules * waf.rule },
    { name: "edge secret", basis: "one secret of Secrets Manager", dollars: secretsManager.secret },
  ];
}

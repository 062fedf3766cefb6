import { type CostLine, functionDollars } from "./monthly-costs.ts";
import { prices } from "./prices.ts";
import { million } from "./workload.ts";

/** Numbers of the resources of a stack that are billed per unit. */
export type StackCounts = {
  readonly alarmMetrics: number;
  readonly dashboards: number;
  readonly customMetrics: number;
  readonly keys: number;
  readonly polledQueues: number;
};

const minutesOfMonth = 730 * 60;

/** Returns the monthly costs of a stack without traffic. */
export function fixedCosts(counts: StackCounts): CostLine[] {
  const { cloudwatch, kms, sqs } = prices;
  // Lambda polls a queue over five connections, with long polling of 20 seconds.
  const polls = counts.polledQueues * 5 * 3 * minutesOfMonth;
  const runs = 2 * minutesOfMonth;
  return [
    {
      name: "alarms",
      basis: "for each metric of an alarm",
      dollars: counts.alarmMetrics * cloudwatch.alarmMetric,
    },
    { name: "dashboard", basis: "one", dollars: counts.dashboards * cloudwatch.dashboard },
    {
      name: "metrics",
      basis: "each name, and request metrics also by dialect; at most: metrics without data are free",
      dollars: counts.customMetrics * cloudwatch.customMetric,
    },
    {
      name: "KMS keys",
      basis:
        "for signing secrets, keys of viewer tokens, audit logs and checkpoints; each of the first two yearly rotations of " +
        "the first three adds $1 a month per key",
      dollars: counts.keys * kms.key,
    },
    {
      name: "polling of queues",
      basis: "empty receives by Lambda, five connections a queue",
      dollars: (polls / million) * sqs.millionCalls,
    },
    {
      name: "delivery scheduler",
      basis: "two runs a minute, 512 MB for 50 ms",
      dollars: functionDollars({ calls: runs, ms: 50, memoryGb: 0.5 }),
    },
  ];
}

/** Returns the monthly costs of an edge without traffic. */
export function edgeCosts(rules: number): CostLine[] {
  const { waf, secretsManager } = prices;
  return [
    { name: "web ACL", basis: "the ACL and its rules", dollars: waf.acl + rules * waf.rule },
    { name: "edge secret", basis: "one secret of Secrets Manager", dollars: secretsManager.secret },
  ];
}

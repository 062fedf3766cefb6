import { Duration } from "aws-cdk-lib";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import type { Dashboard } from "#infra/constructs/dashboard.ts";
import { depth, graph, ownMetric } from "#infra/constructs/widgets.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import type { Deliveries } from "./deliveries.ts";
import type { FanOut } from "./fan-out.ts";

/** The share of attempts that succeeded. */
const successRate = new MathExpression({
  expression: "100 * ok / (ok + failed)",
  usingMetrics: {
    ok: ownMetric(metricNames.deliveriesSucceeded, "Sum"),
    failed: ownMetric(metricNames.deliveryAttemptsFailed, "Sum"),
  },
  label: "success, %",
  period: Duration.minutes(5),
});

/** Adds the row of the webhooks to the dashboard. */
export function addWebhooksRow(dashboard: Dashboard, deliveries: Deliveries, fanOut: FanOut): void {
  const { fastQueue, slowQueue, replayQueue } = deliveries;
  dashboard.addRow(
    "Webhooks",
    graph("Deliveries", [
      ownMetric(metricNames.deliveriesBegun, "Sum"),
      ownMetric(metricNames.deliveriesSucceeded, "Sum"),
      ownMetric(metricNames.deliveryAttemptsFailed, "Sum"),
      ownMetric(metricNames.deliveriesGivenUp, "Sum"),
    ]),
    graph(
      "Success of attempts, %",
      [successRate],
      [ownMetric(metricNames.deliveriesRescheduled, "Sum"), ownMetric(metricNames.endpointsDisabled, "Sum")],
    ),
    graph("Circuits opened", [ownMetric(metricNames.circuitsOpened, "Sum")]),
    graph("Queue depths", [
      depth(fastQueue.queue, "deliveries"),
      depth(slowQueue.queue, "deliveries, slow"),
      depth(replayQueue.queue, "replays"),
      depth(fastQueue.deadLetters, "deliveries, dead letters"),
      depth(slowQueue.deadLetters, "deliveries, slow, dead letters"),
      depth(replayQueue.deadLetters, "replays, dead letters"),
      depth(fanOut.deadLetters, "fan-out, dead letters"),
    ]),
    graph("Stream age of the fan-out, ms", [fanOut.fn.metric("IteratorAge", { statistic: "Maximum" })]),
  );
}

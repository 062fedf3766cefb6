import { Duration } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { whenNonZeroForThreePeriods } from "#infra/constructs/alarm-conditions.ts";
import { heartbeatPeriod, missingHeartbeat } from "#infra/constructs/heartbeat.ts";
import type { Observability } from "#infra/constructs/observability.ts";
import { functionThrottles } from "#infra/constructs/throttling.ts";
import { graph, ownMetric } from "#infra/constructs/widgets.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";

/** Values of the dimension `dialect` of the request metrics. */
const dialects = [
  "finzbooks",
  "changes",
  "simplybooks",
  "fakturoid",
  "webhooks",
  "oauth",
  "viewer-tokens",
  "tokens",
  "proofs",
  "documents",
] as const;

/** Adds the alarms and the dashboard row of an HTTP API and of the functions that serve its requests. */
export function addApiMonitoring(
  scope: Construct,
  { alarms, dashboard }: Observability,
  api: HttpApi,
  functions: readonly LambdaFunction[],
): void {
  const period = Duration.minutes(5);
  const whenAbove = {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // Without traffic there are no data points.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
  alarms.add(scope, "ServerErrors", {
    severity: "page",
    description: "The API responded with five or more 5xx errors within five minutes.",
    metric: api.metricServerError({ period, statistic: "Sum" }),
    threshold: 5,
    evaluationPeriods: 1,
    ...whenAbove,
  });
  alarms.add(scope, "ApiLatency", {
    severity: "notice",
    description: "The p99 duration of requests has been three seconds or more for 15 minutes.",
    // Not the latency of the gateway: requests for changes may wait, which is not part of their duration.
    metric: ownMetric("duration_ms", "p99"),
    threshold: 3_000,
    evaluationPeriods: 3,
    ...whenAbove,
  });
  alarms.add(scope, "AuthFailures", {
    severity: "notice",
    description: "At least 100 requests within five minutes had no valid token: possible token guessing.",
    metric: ownMetric(metricNames.requestsUnauthenticated, "Sum"),
    threshold: 100,
    evaluationPeriods: 1,
    ...whenAbove,
  });
  alarms.add(scope, "AccessLogStalled", {
    severity: "page",
    description: "The API receives requests but the access log gets no lines: reads are not audited.",
    ...whenNonZeroForThreePeriods(
      missingHeartbeat({
        input: api.metricCount(heartbeatPeriod),
        output: ownMetric("duration_ms", "SampleCount"),
        atLeast: 20,
      }),
    ),
  });
  alarms.add(scope, "ApiThrottled", {
    severity: "page",
    description: "Lambda throttles the functions of the API: requests are rejected.",
    ...whenNonZeroForThreePeriods(functionThrottles(functions)),
  });
  const perDialect = (metric: string, statistic: string) =>
    dialects.map((dialect) => ownMetric(metric, statistic, { label: dialect, dimensions: { dialect } }));
  dashboard.addRow(
    "API",
    graph("Latency by dialect, p99, ms", perDialect("duration_ms", "p99")),
    graph("Requests by dialect", perDialect("duration_ms", "SampleCount")),
    graph("Server errors by dialect", perDialect(metricNames.requestsFailed, "Sum")),
    graph("Rejected requests", [
      ownMetric(metricNames.requestsUnauthenticated, "Sum", { label: "no valid token" }),
      ownMetric(metricNames.requestsRateLimited, "Sum", { label: "rate-limited" }),
      api.metricClientError({ label: "all 4xx" }),
    ]),
    graph("Throttled by Lambda", [functionThrottles(functions)]),
  );
}

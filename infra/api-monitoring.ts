import { Duration } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { metrics } from "#shared/platform/names.ts";
import { happensOnEnd } from "./constructs/conditions.ts";
import { silence, silencePeriod } from "./constructs/heartbeat.ts";
import type { Operation } from "./constructs/observability.ts";
import { functionThrottles } from "./constructs/throttling.ts";
import { graph, ownMetric } from "./constructs/widgets.ts";

/** What the functions name their requests' metrics by. */
const dialects = ["finzbooks", "simplybooks", "fakturoid", "webhooks", "oauth", "documents"] as const;

/** The alarms and the widgets of an HTTP API and of the functions that answer its requests. */
export function watchApi(
  scope: Construct,
  { alarms, board }: Operation,
  api: HttpApi,
  functions: readonly LambdaFunction[],
): void {
  const period = Duration.minutes(5);
  const whenAbove = {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // An API that nobody asks has no figures.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
  alarms.add(scope, "ServerErrors", {
    severity: "page",
    means: "The API answers requests with errors of its own, five or more in five minutes.",
    metric: api.metricServerError({ period, statistic: "Sum" }),
    threshold: 5,
    evaluationPeriods: 1,
    ...whenAbove,
  });
  alarms.add(scope, "ApiLatency", {
    severity: "notice",
    means: "One in a hundred requests takes three seconds or longer, for a quarter of an hour.",
    metric: api.metricLatency({ period, statistic: "p99" }),
    threshold: 3_000,
    evaluationPeriods: 3,
    ...whenAbove,
  });
  alarms.add(scope, "AuthFailures", {
    severity: "notice",
    means: "A hundred requests or more in five minutes came with no token that holds: somebody may be trying tokens.",
    metric: ownMetric(metrics.requestsUnauthenticated, "Sum"),
    threshold: 100,
    evaluationPeriods: 1,
    ...whenAbove,
  });
  alarms.add(scope, "AccessSilent", {
    severity: "page",
    means: "The API is asked, and the log of who asked has no line: reads are not recorded.",
    ...happensOnEnd(
      silence({
        cause: api.metricCount(silencePeriod),
        effect: ownMetric("duration_ms", "SampleCount"),
        atLeast: 20,
      }),
    ),
  });
  alarms.add(scope, "ApiThrottled", {
    severity: "page",
    means: "Lambda has no instance left for requests, which are refused for it.",
    ...happensOnEnd(functionThrottles(functions)),
  });
  const perDialect = (metric: string, statistic: string) =>
    dialects.map((dialect) => ownMetric(metric, statistic, { label: dialect, dimensions: { dialect } }));
  board.show(
    "API",
    graph("Latency by dialect, p99, ms", perDialect("duration_ms", "p99")),
    graph("Requests by dialect", perDialect("duration_ms", "SampleCount")),
    graph("Errors of ours by dialect", perDialect(metrics.requestsFailed, "Sum")),
    graph("Refused", [
      ownMetric(metrics.requestsUnauthenticated, "Sum", { label: "no token that holds" }),
      ownMetric(metrics.requestsRateLimited, "Sum", { label: "over the token's rate" }),
      api.metricClientError({ label: "all 4xx" }),
    ]),
    graph("Held back by Lambda", [functionThrottles(functions)]),
  );
}

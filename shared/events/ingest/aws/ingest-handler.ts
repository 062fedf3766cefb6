import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";
import { type IngestPorts, ingestRecords } from "./ingest-records.ts";

/** Time reserved at the end of an invocation to resend unfinished events: concurrent calls of up to two seconds. */
const reserveMs = 2_500;

/**
 * Creates the handler of the ingest queue, which logs one metrics line per batch. `roleId` is the id of the function's
 * role.
 */
export function createIngestHandler(ports: IngestPorts, roleId: string) {
  const consume = async ({ Records }: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, context.getRemainingTimeInMillis() - reserveMs);
    const receiver = { functionName: context.functionName, roleId };
    const batch = { records: Records, receiver, deadline: deadline.promise };
    const outcomes = await ingestRecords(ports, batch).finally(() => clearTimeout(timer));
    const counts: MetricCounts = {};
    const times: { [metricNames.ingestLag]?: number; [metricNames.deferralAge]?: number } = {};
    const nowMs = ports.now().getTime();
    for (const { metric, isFailed, firstSentMs } of outcomes) {
      if (metric === null) continue;
      // A record that could not be resent is delivered again and counted then. Its age matters already, for the alarm.
      if (!isFailed) increment(counts, metric);
      const age = ageMetric(metric);
      if (age !== null) times[age] = Math.max(times[age] ?? 0, nowMs - firstSentMs);
    }
    if (Object.keys({ ...counts, ...times }).length > 0) emitMetrics(counts, ports.now(), times);
    const failed = Records.filter((_, at) => outcomes[at]?.isFailed !== false);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler((event: SQSEvent, context: Context) =>
    runInInvocation(context, () => consume(event, context)),
  );
}

/** Returns the age metric of an outcome, if any. Throttled events have none: their organisation causes the delay. */
function ageMetric(metric: string) {
  switch (metric) {
    case metricNames.eventsAppended:
    case metricNames.eventsRepeated:
    case metricNames.eventsRejected:
      return metricNames.ingestLag;
    case metricNames.eventsDeferredUnavailable:
      return metricNames.deferralAge;
    default:
      return null;
  }
}

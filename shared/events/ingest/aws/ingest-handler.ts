import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";
import { type IngestPorts, ingestRecords } from "./ingest-records.ts";

/** What is kept of an invocation's time to send on what is not stored by then: calls of two seconds, made together. */
const reserveMs = 2_500;

/** Creates the handler that consumes the ingest queue. `roleId` is the unique id of the function's role. The counts and times of a batch are one line in the log. */
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
      // What could not be sent on comes again, and is counted then; but it waits already, which an alarm looks at.
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

/** The time that an outcome tells of, if any. A throttled organisation's events are late by its own doing. */
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

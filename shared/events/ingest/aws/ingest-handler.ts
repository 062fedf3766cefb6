import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { metrics } from "#shared/platform/names.ts";
import { inInvocation } from "#shared/platform/observability/invocation.ts";
import { add, type Counts, count } from "#shared/platform/observability/metrics.ts";
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
    const counts: Counts = {};
    const times: { [metrics.ingestLag]?: number; [metrics.deferralAge]?: number } = {};
    const nowMs = ports.now().getTime();
    for (const { metric, isFailed, firstSentMs } of outcomes) {
      if (metric === null) continue;
      // What could not be sent on comes again, and is counted then; but it waits already, which an alarm looks at.
      if (!isFailed) add(counts, metric);
      const age = ageMetric(metric);
      if (age !== null) times[age] = Math.max(times[age] ?? 0, nowMs - firstSentMs);
    }
    if (Object.keys({ ...counts, ...times }).length > 0) count(counts, ports.now(), times);
    const failed = Records.filter((_, at) => outcomes[at]?.isFailed !== false);
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler((event: SQSEvent, context: Context) =>
    inInvocation(context, () => consume(event, context)),
  );
}

/** The time that an outcome tells of, if any. A throttled organisation's events are late by its own doing. */
function ageMetric(metric: string) {
  switch (metric) {
    case metrics.eventsAppended:
    case metrics.eventsRepeated:
    case metrics.eventsRejected:
      return metrics.ingestLag;
    case metrics.eventsDeferredUnavailable:
      return metrics.deferralAge;
    default:
      return null;
  }
}

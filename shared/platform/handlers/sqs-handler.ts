import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import type { MetricName } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";

/** The metric to count a record as, or why it failed. */
export type RecordResult = PromiseSettledResult<MetricName>;

/**
 * Creates an SQS handler that processes records concurrently and reports partial batch failures (`batchItemFailures`).
 * `handle` returns the metric to count the record as. The counts of a batch are one line in the log.
 */
export function createSqsHandler(handle: (record: SQSRecord) => Promise<MetricName>) {
  return createSqsBatchHandler((records) => Promise.allSettled(records.map(handle)));
}

/** Creates the same for records that are processed together. `handle` returns a result for each, in order. */
export function createSqsBatchHandler(handle: (records: readonly SQSRecord[]) => Promise<readonly RecordResult[]>) {
  const consume = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const results = await handle(Records);
    const batchItemFailures = [];
    const counts: MetricCounts = {};
    for (const [at, { messageId, attributes }] of Records.entries()) {
      const result = results[at];
      if (result?.status === "fulfilled") {
        increment(counts, result.value);
        continue;
      }
      log("error", "record failed", {
        message_id: messageId,
        receive_count: Number(attributes.ApproximateReceiveCount),
        ...errorFields(result?.reason),
      });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
    if (batchItemFailures.length < Records.length) emitMetrics(counts, new Date());
    return { batchItemFailures };
  };

  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler((records: SQSEvent, context: Context) =>
    runInInvocation(context, () => consume(records)),
  );
}

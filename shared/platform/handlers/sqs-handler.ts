import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { runInInvocation } from "#shared/platform/observability/invocation.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import type { MetricName } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics, increment, type MetricCounts } from "#shared/platform/observability/metrics.ts";

/** What a record of a queue came to: what to count it as, or why it must come again. */
export type RecordResult = PromiseSettledResult<MetricName>;

/**
 * The stack of a function that consumes a queue: every record is handled by itself, all at once. A record whose
 * handling throws is left to the queue, which gives it again, or to its dead-letter queue in the end; its neighbours
 * are done with. `handle` answers what to count the record as; the counts of a batch are one line in the log.
 */
export function createSqsHandler(handle: (record: SQSRecord) => Promise<MetricName>) {
  return createSqsBatchHandler((records) => Promise.allSettled(records.map(handle)));
}

/** The same for records that are handled together. `handle` answers a result for each, in their order. */
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

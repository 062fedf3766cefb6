import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { inInvocation } from "./invocation.ts";
import { errorFields, log } from "./log.ts";
import { add, type Counts, count } from "./metrics.ts";
import type { Metric } from "./names.ts";

/** What is measured of a batch besides its counts. */
export type Measures = {
  /** The longest time of a record from its arrival in the queue until it was handled. */
  readonly lag?: Metric;
};

/** What a record of a queue came to: what to count it as, or why it must come again. */
export type RecordResult = PromiseSettledResult<Metric>;

/**
 * The stack of a function that consumes a queue: every record is handled by itself, all at once. A record whose
 * handling throws is left to the queue, which gives it again, or to its dead-letter queue in the end; its neighbours
 * are done with. `handle` answers what to count the record as; the counts of a batch are one line in the log.
 */
export function batch(handle: (record: SQSRecord) => Promise<Metric>, measures: Measures = {}) {
  return batchTogether((records) => Promise.allSettled(records.map(handle)), measures);
}

/** The same for records that are handled together. `handle` answers a result for each, in their order. */
export function batchTogether(
  handle: (records: readonly SQSRecord[]) => Promise<readonly RecordResult[]>,
  { lag }: Measures = {},
) {
  const consume = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const results = await handle(Records);
    const batchItemFailures = [];
    const counts: Counts = {};
    const handledAt = Date.now();
    let longestMs = 0;
    for (const [at, { messageId, attributes }] of Records.entries()) {
      const result = results[at];
      if (result?.status === "fulfilled") {
        add(counts, result.value);
        longestMs = Math.max(longestMs, handledAt - Number(attributes.SentTimestamp));
        continue;
      }
      log("error", "record failed", {
        message_id: messageId,
        receive_count: Number(attributes.ApproximateReceiveCount),
        ...errorFields(result?.reason),
      });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
    if (batchItemFailures.length < Records.length) {
      count(counts, new Date(), lag === undefined ? {} : { [lag]: longestMs });
    }
    return { batchItemFailures };
  };

  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler((records: SQSEvent, context: Context) =>
    inInvocation(context, () => consume(records)),
  );
}

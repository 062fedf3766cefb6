import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { errorFields, log } from "./log.ts";
import { count } from "./metrics.ts";
import type { Metric } from "./names.ts";

/**
 * The stack of a function that consumes a queue: every record is handled by itself, all at once. A record whose
 * handling throws is left to the queue, which gives it again, or to its dead-letter queue in the end; its neighbours
 * are done with. `handle` answers what to count the record as; the counts of a batch are one line in the log.
 */
export function batch(handle: (record: SQSRecord) => Promise<Metric>) {
  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler(async ({ Records }: SQSEvent) => {
    const outcomes = await Promise.allSettled(Records.map(handle));
    const batchItemFailures = [];
    const counts: { [metric in Metric]?: number } = {};
    for (const [at, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") {
        counts[outcome.value] = (counts[outcome.value] ?? 0) + 1;
        continue;
      }
      const { messageId = "", attributes } = Records[at] ?? {};
      log("error", "record failed", {
        message_id: messageId,
        receive_count: Number(attributes?.ApproximateReceiveCount),
        ...errorFields(outcome.reason),
      });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
    if (batchItemFailures.length < Records.length) count(counts, new Date());
    return { batchItemFailures };
  });
}

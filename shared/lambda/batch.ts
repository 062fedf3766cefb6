import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { errorFields, log } from "./log.ts";

/**
 * The stack of a function that consumes a queue: every record is handled by itself, all at once. A record whose handling throws is
 * left to the queue, which gives it again, or to its dead-letter queue in the end; its neighbours are done with.
 */
export function batch(handle: (record: SQSRecord) => Promise<void>) {
  return middy<SQSEvent, SQSBatchResponse, Error, Context>().handler(async ({ Records }: SQSEvent) => {
    const outcomes = await Promise.allSettled(Records.map(handle));
    const batchItemFailures = [];
    for (const [at, outcome] of outcomes.entries()) {
      const { messageId, attributes } = Records[at] ?? {};
      if (outcome.status === "fulfilled" || messageId === undefined) continue;
      log("error", "record failed", {
        message_id: messageId,
        receive_count: Number(attributes?.ApproximateReceiveCount),
        ...errorFields(outcome.reason),
      });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures };
  });
}

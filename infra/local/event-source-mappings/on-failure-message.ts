import type { DiscardedRecords } from "./stream-delivery.ts";

type OnFailureDetails = {
  readonly requestId: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly time: Date;
};

/** The message that Lambda sends to the on-failure destination of a stream: the position of records, not the records. */
export function onFailureMessage({ records, reason, invocations }: DiscardedRecords, facts: OnFailureDetails): string {
  const first = records.at(0)?.dynamodb;
  const last = records.at(-1)?.dynamodb;
  const arrival = (seconds: number | undefined) => new Date((seconds ?? 0) * 1_000).toISOString();
  return JSON.stringify({
    requestContext: {
      requestId: facts.requestId,
      functionArn: facts.functionArn,
      condition: reason,
      approximateInvokeCount: invocations,
    },
    ...(invocations > 0 && {
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    }),
    version: "1.0",
    timestamp: facts.time.toISOString(),
    DDBStreamBatchInfo: {
      shardId: facts.shardId,
      startSequenceNumber: first?.SequenceNumber,
      endSequenceNumber: last?.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first?.ApproximateCreationDateTime),
      approximateArrivalOfLastRecord: arrival(last?.ApproximateCreationDateTime),
      batchSize: records.length,
      streamArn: facts.streamArn,
    },
  });
}

import type { SQSRecord } from "aws-lambda";

/** Creates a message as a function receives it from a queue. */
export function buildSqsRecord(messageId: string, body = ""): SQSRecord {
  return {
    messageId,
    receiptHandle: "handle",
    body,
    attributes: {
      ApproximateReceiveCount: "2",
      SentTimestamp: "1780315230000",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "1780315230000",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:000000000000:ingest",
    awsRegion: "eu-central-1",
  };
}

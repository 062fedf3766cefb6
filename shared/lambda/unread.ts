import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";

export type UnreadQueue = { put(record: DynamoDBRecord): Promise<void> };

/** Where records of the stream go that cannot be handled: as they came, to be looked at. */
export function unreadQueue(queueUrl: string, client = new SQSClient({ maxAttempts: 3 })): UnreadQueue {
  return {
    async put(record) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(record) }));
    },
  };
}

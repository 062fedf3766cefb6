import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { queueClient } from "./clients.ts";
import { writeMessage } from "./queue-message.ts";

export type UnreadQueue = { put(record: DynamoDBRecord): Promise<void> };

/** Where records of the stream go that cannot be handled: as they came, to be looked at. */
export function unreadQueue(queueUrl: string, client = queueClient()): UnreadQueue {
  return {
    async put(record) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: writeMessage(record) }));
    },
  };
}

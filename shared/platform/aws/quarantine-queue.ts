import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { createSqsClient } from "./clients.ts";
import { formatMessage } from "./queue-message.ts";

/** The queue for references to stream records that could not be processed. */
export type QuarantineQueue = {
  /**
   * Reports a record and the reason. Throws `ActivityError` `unavailable` for a transient error, and other errors if a
   * retry would fail, too.
   */
  put(record: DynamoDBRecord, reason: string): Promise<void>;
};

/** Characters of the reason and of each part of the key. Each may take six bytes in the message. */
const maxReasonLength = 500;
const maxKeyLength = 200;

/**
 * Creates a queue for references to records. Not for the records themselves: an escaped item of the maximum size exceeds a
 * message. The audit log has the content, under the sequence number.
 */
export function createQuarantineQueue(queueUrl: string, client: SQSClient = createSqsClient()): QuarantineQueue {
  return {
    async put({ dynamodb, eventName }, reason) {
      const MessageBody = formatMessage({
        event_name: eventName ?? null,
        sequence_number: dynamodb?.SequenceNumber ?? null,
        stored_at_seconds: dynamodb?.ApproximateCreationDateTime ?? null,
        size_bytes: dynamodb?.SizeBytes ?? null,
        key: Object.fromEntries(
          Object.entries(dynamodb?.Keys ?? {}).map(([name, { S = "" }]) => [name, beginning(S, maxKeyLength)]),
        ),
        reason: beginning(reason, maxReasonLength),
      });
      await mapTransientErrors(client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody })));
    },
  };
}

function beginning(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}

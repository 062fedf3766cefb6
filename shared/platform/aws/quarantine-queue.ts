import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { createSqsClient } from "./clients.ts";
import { formatMessage } from "./queue-message.ts";

/** Where records of a stream go that cannot be handled, to be looked at. */
export type QuarantineQueue = {
  /**
   * Says which record was set aside, and why. Throws `ActivityError` `unavailable` for a failure that passes; any other
   * error is a refusal that a repeat would meet as well.
   */
  put(record: DynamoDBRecord, reason: string): Promise<void>;
};

/** Characters of the reason and of each part of the key, each of which may take six bytes in the message. */
const maxReasonLength = 500;
const maxKeyLength = 200;

/**
 * A queue that is told of a record what identifies it, and never the record itself: an item that is as large as DynamoDB
 * takes can be larger than any message once it is escaped. Its content is in the audit log, under the sequence number.
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

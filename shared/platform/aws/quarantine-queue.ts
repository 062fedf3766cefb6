import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import { createSqsClient } from "./clients.ts";
import { formatMessage } from "./queue-message.ts";

/** What could not be processed: its key, and other fields of bounded length that identify it. */
export type QuarantineReference = {
  readonly [field: string]: string | number | null | Readonly<Record<string, string>>;
  readonly key: Readonly<Record<string, string>>;
};

/** The queue for references to stream records, or to items in them, that could not be processed. */
export type QuarantineQueue = {
  /**
   * Reports a reference and the reason. Throws `ActivityError` `unavailable` for a transient error, and other errors if a
   * retry would fail, too.
   */
  put(reference: QuarantineReference, reason: string): Promise<void>;
};

/** Characters of the reason and of each part of the key. Each may take six bytes in the message. */
const maxReasonLength = 500;
const maxKeyLength = 200;

/**
 * Creates a queue for references. Not for the items themselves: an escaped item of the maximum size exceeds a message.
 * The audit log has the content, under the sequence number.
 */
export function createQuarantineQueue(queueUrl: string, client: SQSClient = createSqsClient()): QuarantineQueue {
  return {
    async put({ key, ...fields }, reason) {
      const MessageBody = formatMessage({
        ...fields,
        key: Object.fromEntries(Object.entries(key).map(([name, part]) => [name, beginning(part, maxKeyLength)])),
        reason: beginning(reason, maxReasonLength),
      });
      await mapTransientErrors(client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody })));
    },
  };
}

/** Returns the reference to a record of a stream. */
export function toRecordReference({ dynamodb, eventName }: DynamoDBRecord): QuarantineReference {
  return {
    event_name: eventName ?? null,
    sequence_number: dynamodb?.SequenceNumber ?? null,
    stored_at_seconds: dynamodb?.ApproximateCreationDateTime ?? null,
    size_bytes: dynamodb?.SizeBytes ?? null,
    key: Object.fromEntries(Object.entries(dynamodb?.Keys ?? {}).map(([name, { S, N }]) => [name, S ?? N ?? ""])),
  };
}

function beginning(text: string, length: number): string {
  return text.slice(0, length).toWellFormed();
}

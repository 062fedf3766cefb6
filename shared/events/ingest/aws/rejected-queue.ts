import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { ActivityError } from "#shared/errors.ts";
import { createSqsClient, shortClientOptions } from "#shared/platform/aws/clients.ts";

export type RejectedQueue = { reject(record: SQSRecord, reason: ActivityError): Promise<void> };

/** Attributes count towards the message size of 1 MiB. A longer body has been rejected for its size only. */
export const maxBodyBytesWithAttributes = 1_048_576 - 2_048;

/** Creates the queue of rejected events: the original body, with the reason and the message id as attributes. */
export function createRejectedQueue(queueUrl: string, client = createSqsClient(shortClientOptions)): RejectedQueue {
  return {
    async reject({ body, messageId }, { code, message }) {
      const attribute = (value: string) => ({ DataType: "String", StringValue: value });
      const attributes = {
        code: attribute(code),
        reason: attribute(toSqsText(message.slice(0, 400))),
        message_id: attribute(messageId),
      };
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          ...(Buffer.byteLength(body) < maxBodyBytesWithAttributes ? { MessageAttributes: attributes } : {}),
        }),
      );
    },
  };
}

/** Replaces characters that SQS rejects: see "#x9 | #xA | #xD | …" in its SendMessage reference. */
export function toSqsText(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

import { SendMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { ActivityError } from "#shared/errors.ts";
import { createSqsClient, shortClientOptions } from "#shared/platform/aws/clients.ts";

export type RejectedQueue = { reject(record: SQSRecord, reason: ActivityError): Promise<void> };

/** Attributes count towards a message's size of 1 MiB. What leaves no room for them is too large, and nothing else. */
export const maxBodyBytesWithAttributes = 1_048_576 - 2_048;

/** Where refused events go: the original bytes as the body, and beside them why, and which message it was. */
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

/** Replaces what SQS refuses in what it stores: see "#x9 | #xA | #xD | …" in its SendMessage reference. */
export function toSqsText(text: string): string {
  return text.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

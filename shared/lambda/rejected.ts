import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { ActivityError } from "../events/errors.ts";

export type RejectedQueue = { reject(record: SQSRecord, reason: ActivityError): Promise<void> };

/** Attributes count towards a message's size of 1 MiB; above this the original keeps its place and the reason is in the log only. */
const roomForReason = 1_048_576 - 2_048;

/** Where refused events go: the original bytes as the body, and beside them why, and which message it was. */
export function rejectedQueue(queueUrl: string): RejectedQueue {
  const client = new SQSClient({ maxAttempts: 3 });
  return {
    async reject({ body, messageId }, { code, message }) {
      const attribute = (value: string) => ({ DataType: "String", StringValue: value });
      const attributes = {
        code: attribute(code),
        reason: attribute(printable(message)),
        message_id: attribute(messageId),
      };
      await client.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody: body,
          ...(Buffer.byteLength(body) < roomForReason ? { MessageAttributes: attributes } : {}),
        }),
      );
    },
  };
}

/** SQS refuses most control characters, and half of a surrogate pair, in what it stores. */
function printable(text: string): string {
  return text
    .slice(0, 400)
    .replaceAll(/\p{Cc}/gu, " ")
    .toWellFormed();
}

import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { ActivityError } from "#shared/errors.ts";
import { queueClient } from "#shared/platform/aws/clients.ts";
import { readMessage, writeMessage } from "#shared/platform/aws/queue-message.ts";
import { errorFields, type LogFields, log } from "#shared/platform/observability/log.ts";
import { type DeliveryMessage, type DeliveryQueue, deliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";

/** What one SendMessageBatch takes: see its reference. Ten of our messages are far below its limit of bytes. */
const batchSize = 10;

const batchesAtOnce = 10;

/** What is done about messages that SQS did not take, besides returning them. */
export type ReportUnsent = (what: string, fields: LogFields) => void;

const logUnsent: ReportUnsent = (what, fields) => log("error", what, fields);

/**
 * For a function whose log is the audit log of requests, which holds nothing but a line for each request: throws
 * `ActivityError` `unavailable`, and the line of the request says why.
 */
export const throwUnsent: ReportUnsent = (what, fields) => {
  const cause = new Error(`${what}: ${JSON.stringify(fields)}`);
  throw new ActivityError("unavailable", "The queue of deliveries is busy or away.", { retryAfter: 2, cause });
};

/**
 * A queue of deliveries. The group of a message is its organisation, by which SQS keeps a busy one from delaying the
 * others, however many endpoints it has: see "Amazon SQS fair queues" in its developer guide.
 */
export function deliveryQueue(queueUrl: string, client = queueClient(), report = logUnsent): DeliveryQueue {
  const sendBatch = async (messages: readonly DeliveryMessage[], delaySeconds: number) => {
    const Entries = messages.map((message, at) => ({
      Id: String(at),
      MessageBody: writeMessage(message),
      MessageGroupId: message.org_id,
      DelaySeconds: Math.ceil(delaySeconds),
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    const answer = await client.send(command).catch((error: unknown) => {
      report("messages not sent", { messages: messages.length, ...errorFields(error) });
      return null;
    });
    if (answer === null) return messages;
    const { Failed = [] } = answer;
    for (const { Code, Message } of Failed) report("message not sent", { code: Code, reason: Message });
    const failed = new Set(Failed.map(({ Id }) => Id));
    return messages.filter((_, at) => failed.has(String(at)));
  };

  return {
    async send(messages, delaySeconds) {
      const unsent: DeliveryMessage[] = [];
      const batches = Array.from({ length: Math.ceil(messages.length / batchSize) }, (_, at) =>
        messages.slice(at * batchSize, (at + 1) * batchSize),
      );
      const work = async () => {
        for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
          unsent.push(...(await sendBatch(batch, delaySeconds)));
        }
      };
      await Promise.all(Array.from({ length: Math.min(batchesAtOnce, batches.length) }, work));
      return unsent;
    },
  };
}

/** Whether a record comes from the queue of a URL. */
export function comesFrom(queueUrl: string, { eventSourceARN }: Pick<SQSRecord, "eventSourceARN">): boolean {
  return eventSourceARN.split(":").at(-1) === queueUrl.split("/").at(-1);
}

/** The message of a body. Throws, naming the field, where it is none: such a message is a defect. */
export function readDeliveryMessage(body: string): DeliveryMessage {
  return readMessage(deliveryMessage, body);
}

import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { type DeliveryMessage, type DeliveryQueue, deliveryMessage } from "../webhooks/delivery.ts";
import { queueClient } from "./clients.ts";
import { errorFields, log } from "./log.ts";
import { readMessage, writeMessage } from "./queue-message.ts";

/** What one SendMessageBatch takes: see its reference. Ten of our messages are far below its limit of bytes. */
const batchSize = 10;

const batchesAtOnce = 10;

/**
 * A queue of deliveries. The group of a message is its organisation, by which SQS keeps a busy one from delaying the
 * others, however many endpoints it has: see "Amazon SQS fair queues" in its developer guide.
 */
export function deliveryQueue(queueUrl: string, client = queueClient()): DeliveryQueue {
  const sendBatch = async (messages: readonly DeliveryMessage[], delaySeconds: number) => {
    const Entries = messages.map((message, at) => ({
      Id: String(at),
      MessageBody: writeMessage(message),
      MessageGroupId: message.org_id,
      DelaySeconds: Math.ceil(delaySeconds),
    }));
    try {
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      for (const { Code, Message } of Failed) log("error", "message not sent", { code: Code, reason: Message });
      const failed = new Set(Failed.map(({ Id }) => Id));
      return messages.filter((_, at) => failed.has(String(at)));
    } catch (error) {
      log("error", "messages not sent", { messages: messages.length, ...errorFields(error) });
      return messages;
    }
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

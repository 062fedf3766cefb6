import { SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import { ActivityError } from "#shared/errors.ts";
import { createSqsClient } from "#shared/platform/aws/clients.ts";
import { formatMessage, parseMessage } from "#shared/platform/aws/queue-message.ts";
import { chunk } from "#shared/platform/chunk.ts";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { errorFields, type LogFields, log } from "#shared/platform/observability/log.ts";
import {
  type DeliveryMessage,
  type DeliveryQueue,
  deliveryMessageSchema,
  queueUnavailable,
} from "#shared/webhooks/deliveries/delivery.ts";

/** The limit of SendMessageBatch. Ten messages are far below its limit of bytes. */
const batchSize = 10;

const concurrentBatches = 10;

/** Reports messages that SQS did not accept, besides returning them. */
export type ReportUnsent = (what: string, fields: LogFields) => void;

const logUnsent: ReportUnsent = (what, fields) => log("error", what, fields);

/**
 * Throws `ActivityError` `unavailable`: for a function whose log is the audit log of requests. It holds one line for each
 * request, which contains the error.
 */
export const throwUnsent: ReportUnsent = (what, fields) => {
  const cause = new Error(`${what}: ${JSON.stringify(fields)}`);
  throw new ActivityError("unavailable", queueUnavailable, { retryAfter: 2, cause });
};

/**
 * Creates a queue of deliveries. The group of a message is its organisation, so that the backlog of one does not delay
 * the others: see "Amazon SQS fair queues" in the SQS developer guide.
 */
export function deliveryQueue(queueUrl: string, client = createSqsClient(), report = logUnsent): DeliveryQueue {
  const sendBatch = async (messages: readonly DeliveryMessage[], delaySeconds: number) => {
    const Entries = messages.map((message, at) => ({
      Id: String(at),
      MessageBody: formatMessage(message),
      MessageGroupId: message.org_id,
      DelaySeconds: Math.ceil(delaySeconds),
    }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    const response = await client.send(command).catch((error: unknown) => {
      report("messages not sent", { messages: messages.length, ...errorFields(error) });
      return null;
    });
    if (response === null) return messages;
    const { Failed = [] } = response;
    for (const { Code, Message } of Failed) report("message not sent", { code: Code, reason: Message });
    const failed = new Set(Failed.map(({ Id }) => Id));
    return messages.filter((_, at) => failed.has(String(at)));
  };

  return {
    async send(messages, delaySeconds) {
      const batches = chunk(messages, batchSize);
      return (await mapWithConcurrency(batches, concurrentBatches, (batch) => sendBatch(batch, delaySeconds))).flat();
    },
  };
}

/** Returns whether a record was received from the queue of a URL. */
export function isFromQueue(queueUrl: string, { eventSourceARN }: Pick<SQSRecord, "eventSourceARN">): boolean {
  return eventSourceARN.split(":").at(-1) === queueUrl.split("/").at(-1);
}

/** Parses the body of a message. Throws, naming the field, if it is invalid, which is a defect. */
export function parseDeliveryMessage(body: string): DeliveryMessage {
  return parseMessage(deliveryMessageSchema, body);
}

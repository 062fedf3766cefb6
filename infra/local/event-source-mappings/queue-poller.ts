import * as z from "zod";
import type { AwsCall } from "#infra/local/aws-json.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { EventSourceMapping } from "#infra/local/lambda/event-source-mapping.ts";
import type { LocalFunction } from "#infra/local/lambda/local-function.ts";
import type { AdaptiveLimit } from "./adaptive-limit.ts";
import { failedRecordIds } from "./batch-result.ts";
import { runPollers } from "./pollers.ts";

/** The permissions that Lambda itself asks of the function's role. */
export const queuePollerActions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

export type QueuePollerOptions = {
  readonly definition: EventSourceMapping;
  readonly queueUrl: string;
  readonly region: string;
  readonly fn: Pick<LocalFunction, "invoke">;
  /** Messages are received only when they can be delivered immediately, so that none waits while it is invisible. */
  readonly limit: AdaptiveLimit;
  /** Calls SQS with the role of the function. */
  readonly call: AwsCall;
  readonly faultInjector?: FaultInjector | undefined;
  log(text: string): void;
};

const messageAttributeSchema = z.object({
  DataType: z.string(),
  StringValue: z.string().optional(),
  BinaryValue: z.string().optional(),
});
const messageSchema = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z.record(z.string(), messageAttributeSchema).default({}),
});
const receivedSchema = z.object({ Messages: z.array(messageSchema).default([]) });
type Message = z.infer<typeof messageSchema>;

const longPollSeconds = 20;
const receiveLimit = 10;
const maxPayloadBytes = 6 * 1024 * 1024;

/** Polls a queue for a function until aborted; what the function does not deal with comes back when its time is up. */
export function pollQueue(options: QueuePollerOptions, signal: AbortSignal): Promise<void> {
  const { definition, queueUrl, limit: admission, faultInjector, log } = options;
  const brought = faultInjector?.rebatch<Message>({ id: definition.id, kind: "queue" }) ?? asTheyCome;
  return runPollers(
    {
      limit: admission,
      receive: (signal) => nextBatch(options, signal),
      async deliver(received: readonly Message[]) {
        const batch = await deliverable(received, options);
        for (const each of brought(batch)) {
          for (const part of payloadSized(each, options)) await deliver(part, options);
        }
      },
      onError: (error) => log(`${definition.id}: polling ${queueUrl} failed, trying again: ${error}`),
    },
    signal,
  );
}

function asTheyCome(batch: readonly Message[]): readonly (readonly Message[])[] {
  return [batch];
}

/** Deletes what the function dealt with. */
async function deliver(batch: readonly Message[], options: QueuePollerOptions): Promise<void> {
  const event = JSON.stringify({ Records: batch.map((message) => recordOf(message, options)) });
  const outcome = await options.fn.invoke(event);
  const identifiers = batch.map(({ MessageId }) => MessageId);
  const failed = failedRecordIds(outcome, identifiers, options.definition.reportsItemFailures);
  await remove(
    batch.filter(({ MessageId }) => !failed.has(MessageId)),
    options,
  );
}

/** The batch in parts that each fit into the payload of an invocation. */
function payloadSized(batch: readonly Message[], options: QueuePollerOptions): Message[][] {
  const parts: Message[][] = [];
  let bytes = maxPayloadBytes;
  for (const message of batch) {
    const size = Buffer.byteLength(JSON.stringify(recordOf(message, options))) + ",".length;
    bytes += size;
    if (bytes > maxPayloadBytes) {
      parts.push([]);
      bytes = '{"Records":[]}'.length + size;
    }
    parts.at(-1)?.push(message);
  }
  return parts;
}

/** Waits for a first message, then for the batching window or a full batch. */
async function nextBatch(options: QueuePollerOptions, signal: AbortSignal): Promise<Message[]> {
  const { batchSize, batchingWindowMs } = options.definition;
  const batch = await receive(options, Math.min(batchSize, receiveLimit), longPollSeconds, signal);
  const windowEnds = Date.now() + batchingWindowMs;
  while (batch.length > 0 && batch.length < batchSize && Date.now() < windowEnds) {
    const limit = Math.min(batchSize - batch.length, receiveLimit);
    const secondsLeft = Math.ceil((windowEnds - Date.now()) / 1_000);
    batch.push(...(await receive(options, limit, Math.min(secondsLeft, longPollSeconds), signal)));
  }
  return batch;
}

async function receive(
  { call, queueUrl }: QueuePollerOptions,
  limit: number,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Message[]> {
  const answer = await call(
    "AmazonSQS.ReceiveMessage",
    {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: limit,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    },
    signal,
  );
  return receivedSchema.parse(answer).Messages;
}

/** Deletes what no filter lets through, as Lambda does. */
async function deliverable(batch: readonly Message[], options: QueuePollerOptions): Promise<Message[]> {
  const { filters } = options.definition;
  if (filters.length === 0) return [...batch];
  const { wanted = [], unwanted = [] } = Object.groupBy(batch, (message) => {
    const record = { ...recordOf(message, options), body: parsedBody(message.Body) };
    return filters.some((matches) => matches(record)) ? "wanted" : "unwanted";
  });
  await remove(unwanted, options);
  return wanted;
}

async function remove(messages: readonly Message[], { call, queueUrl }: QueuePollerOptions): Promise<void> {
  for (let at = 0; at < messages.length; at += receiveLimit) {
    const Entries = messages
      .slice(at, at + receiveLimit)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await call("AmazonSQS.DeleteMessageBatch", { QueueUrl: queueUrl, Entries });
  }
}

function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function recordOf(message: Message, { definition, region }: QueuePollerOptions) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
        name,
        {
          ...(StringValue !== undefined && { stringValue: StringValue }),
          ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: DataType,
        },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: definition.sourceArn,
    awsRegion: region,
  };
}

import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from "@aws-sdk/client-sqs";
import type { AttemptHistory } from "#shared/events/ingest/deferral.ts";
import { maxEventBytes } from "#shared/events/limits.ts";
import { createSqsClient, singleAttemptOptions } from "#shared/platform/aws/clients.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { originAttributes, writerAttribute } from "./attempt-history.ts";
import { maxBodyBytesWithAttributes, toSqsText } from "./rejected-queue.ts";

/**
 * A message to resend. The body must stay identical, because the id of an event without one is derived from its bytes.
 */
type QueuedEvent = {
  readonly body: string;
  /** The organisation, which is the message group for fair queues; `null` if the body names none. */
  readonly orgId: string | null;
  /** The id of the original message. SQS assigns a new id each time it is resent. */
  readonly messageId: string;
  /** The sender of the original message. */
  readonly writer: string | null;
};

export type DeferredMessage = QueuedEvent & { readonly delaySeconds: number; readonly history: AttemptHistory };

export type DeadLetter = QueuedEvent & { readonly reason: string };

/** Both return the messages that were not sent and never throw: unsent messages stay in the queue. */
export type IngestQueue = {
  defer(messages: readonly DeferredMessage[]): Promise<readonly DeferredMessage[]>;
  sendToDeadLetters(messages: readonly DeadLetter[]): Promise<readonly DeadLetter[]>;
};

type ToEntryFields<Message> = (message: Message) => Partial<SendMessageBatchRequestEntry>;

/** Creates the sender to the ingest queue and its dead-letter queue. */
export function createIngestQueue(
  urls: { readonly queue: string; readonly deadLetters: string },
  client = createSqsClient(singleAttemptOptions),
): IngestQueue {
  const sendAll = async <Message extends QueuedEvent>(
    url: string,
    messages: readonly Message[],
    toFields: ToEntryFields<Message>,
  ) => (await Promise.all(callsFor(messages).map((each) => sendBatch(client, url, each, toFields)))).flat();

  return {
    // SQS always rejects a message that is too large with its history. It stays in the queue, which counts its
    // receives.
    async defer(messages) {
      const fitsWithHistory = ({ body }: DeferredMessage) => Buffer.byteLength(body) < maxBodyBytesWithAttributes;
      const unsent = await sendAll(urls.queue, messages.filter(fitsWithHistory), ({ delaySeconds, ...origin }) => ({
        DelaySeconds: delaySeconds,
        MessageAttributes: originAttributes(origin),
      }));
      return [...unsent, ...messages.filter((message) => !fitsWithHistory(message))];
    },

    // Without the history, so that a redriven message has all its attempts again. It keeps its writer.
    sendToDeadLetters: (messages) =>
      sendAll(urls.deadLetters, messages, ({ body, reason, messageId, writer }) => {
        const attribute = (value: string) => ({ DataType: "String", StringValue: value });
        const reported = { reason: attribute(toSqsText(reason.slice(0, 400))), message_id: attribute(messageId) };
        const attributes = { ...reported, ...writerAttribute(writer) };
        return Buffer.byteLength(body) < maxBodyBytesWithAttributes ? { MessageAttributes: attributes } : {};
      }),
  };
}

/** Sends up to ten messages in one call. Returns those that were not sent. */
async function sendBatch<Message extends QueuedEvent>(
  client: Pick<SQSClient, "send">,
  QueueUrl: string,
  messages: readonly Message[],
  toFields: ToEntryFields<Message>,
): Promise<readonly Message[]> {
  const Entries = messages.map((message, at) => ({
    Id: String(at),
    MessageBody: message.body,
    ...(message.orgId === null ? {} : { MessageGroupId: message.orgId }),
    ...toFields(message),
  }));
  try {
    const { Successful = [], Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    for (const { Code, Message } of Failed) log("error", "message not sent", { code: Code, reason: Message });
    const sent = new Set(Successful.map(({ Id }) => Id));
    return messages.filter((_, at) => !sent.has(String(at)));
  } catch (error) {
    log("error", "messages not sent", { messages: messages.length, ...errorFields(error) });
    return messages;
  }
}

/** Groups messages by call: one call for all within the size of an event (at most ten), and one for each larger one. */
function callsFor<Message extends QueuedEvent>(messages: readonly Message[]): readonly (readonly Message[])[] {
  const isLarge = ({ body }: Message) => Buffer.byteLength(body) > maxEventBytes;
  const together = messages.filter((message) => !isLarge(message));
  const alone = messages.filter(isLarge).map((message) => [message]);
  return together.length === 0 ? alone : [together, ...alone];
}

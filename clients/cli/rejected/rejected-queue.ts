import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { chunk } from "#shared/platform/chunk.ts";

/** A rejected event: the reason, and the text that its writer sent. */
export type RejectedMessage = {
  /** The id of its message in the ingest queue; `null` if the attributes of the message had no space for it. */
  readonly message_id: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly rejected_at: string;
  readonly body: string;
};

/** A received message: hidden from other consumers until it is released or its visibility timeout ends. */
export type HeldRejectedMessage = RejectedMessage & { readonly receipt: string };

const visibilityTimeoutSeconds = 60;

/** Receives up to ten messages, which stay in the queue; an empty list if the queue is empty. */
export async function receiveRejected(client: SQSClient, queueUrl: string): Promise<HeldRejectedMessage[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: visibilityTimeoutSeconds,
      // Long polling asks all servers of SQS; short polling may miss messages.
      WaitTimeSeconds: 1,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["SentTimestamp"],
    }),
  );
  return Messages.map(toHeldMessage);
}

/** Makes messages visible again. */
export async function releaseRejected(
  client: SQSClient,
  queueUrl: string,
  messages: readonly HeldRejectedMessage[],
): Promise<void> {
  for (const batch of chunk(messages, 10)) {
    const Entries = entries(batch).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

/** Deletes messages. Throws if the queue keeps one of them. */
export async function deleteRejected(
  client: SQSClient,
  queueUrl: string,
  messages: readonly HeldRejectedMessage[],
): Promise<void> {
  if (messages.length === 0) return;
  const response = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(messages) }));
  const [kept] = response.Failed ?? [];
  if (kept !== undefined) throw new Error(`The rejected queue did not delete a message: ${kept.Message ?? kept.Code}`);
}

/** Returns about `limit` messages and leaves them in the queue. */
export async function peekRejected(client: SQSClient, queueUrl: string, limit: number): Promise<HeldRejectedMessage[]> {
  const seen: HeldRejectedMessage[] = [];
  try {
    while (seen.length < limit) {
      const messages = await receiveRejected(client, queueUrl);
      if (messages.length === 0) break;
      seen.push(...messages);
    }
  } finally {
    await releaseRejected(client, queueUrl, seen);
  }
  return seen;
}

function entries(messages: readonly HeldRejectedMessage[]) {
  return messages.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }));
}

function toHeldMessage({ Body = "", ReceiptHandle = "", Attributes, MessageAttributes }: Message): HeldRejectedMessage {
  const attribute = (name: string) => MessageAttributes?.[name]?.StringValue ?? null;
  return {
    message_id: attribute("message_id"),
    code: attribute("code"),
    reason: attribute("reason"),
    rejected_at: new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString(),
    body: Body,
    receipt: ReceiptHandle,
  };
}

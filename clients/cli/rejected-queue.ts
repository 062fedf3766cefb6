import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

/** A refused event: why, and the bytes that its writer sent. */
export type RejectedMessage = {
  /** The message that brought it to the ingest queue; `null` where the event left no room to say so. */
  readonly message_id: string | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly rejected_at: string;
  readonly body: string;
};

/** A message that is held: nobody else sees it until it is released, or the time of the hold ends. */
export type HeldMessage = RejectedMessage & { readonly receipt: string };

const holdSeconds = 60;

/** Holds up to ten messages. None means that the queue, as far as anybody can see it, is empty. */
export async function hold(client: SQSClient, queueUrl: string): Promise<HeldMessage[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: holdSeconds,
      // Without a wait, SQS asks only some of its servers and may call a queue empty that is not.
      WaitTimeSeconds: 1,
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["SentTimestamp"],
    }),
  );
  return Messages.map(heldMessage);
}

/** Lets go of messages, as if nobody had looked. */
export async function release(client: SQSClient, queueUrl: string, messages: readonly HeldMessage[]): Promise<void> {
  for (let at = 0; at < messages.length; at += 10) {
    const Entries = entries(messages.slice(at, at + 10)).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

/** Removes messages for good. Throws where the queue keeps one of them. */
export async function remove(client: SQSClient, queueUrl: string, messages: readonly HeldMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const answer = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries(messages) }));
  const [kept] = answer.Failed ?? [];
  if (kept !== undefined)
    throw new Error(`The rejected queue keeps a message that was retried: ${kept.Message ?? kept.Code}`);
}

/** Looks at up to `limit` messages, or a few more, and leaves them where they are. */
export async function peek(client: SQSClient, queueUrl: string, limit: number): Promise<HeldMessage[]> {
  const seen: HeldMessage[] = [];
  try {
    while (seen.length < limit) {
      const messages = await hold(client, queueUrl);
      if (messages.length === 0) break;
      seen.push(...messages);
    }
  } finally {
    await release(client, queueUrl, seen);
  }
  return seen;
}

function entries(messages: readonly HeldMessage[]) {
  return messages.map(({ receipt }, at) => ({ Id: String(at), ReceiptHandle: receipt }));
}

function heldMessage({ Body = "", ReceiptHandle = "", Attributes, MessageAttributes }: Message): HeldMessage {
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

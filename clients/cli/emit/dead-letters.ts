import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Each count is a request. */
const pauseMs = 5_000;

type DeadLetterWatchOptions = {
  readonly client: Pick<SQSClient, "send">;
  /** `undefined` for a stack of an earlier release without this output. */
  readonly queueUrl: string | undefined;
  now(): Date;
  warn(text: string): void;
};

/**
 * Creates a function that warns when a dead-letter queue has grown since its last call. The first call stores the initial
 * number. A queue that cannot be read is ignored.
 */
export function watchDeadLetters({ client, queueUrl, now, warn }: DeadLetterWatchOptions): () => Promise<void> {
  let known: number | null = null;
  let nextAt = 0;

  async function count(): Promise<number | null> {
    const AttributeNames = ["ApproximateNumberOfMessages" as const];
    try {
      const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames }));
      return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    } catch {
      return null;
    }
  }

  return async () => {
    if (queueUrl === undefined || now().getTime() < nextAt) return;
    nextAt = now().getTime() + pauseMs;
    const messages = await count();
    if (messages === null) return;
    if (known !== null && messages > known) {
      const queue = queueUrl.slice(queueUrl.lastIndexOf("/") + 1);
      warn(
        `The dead-letter queue has grown to ${messages} messages (${queue}). Events of this file may be among them: ` +
          "see the log of the ingest function.",
      );
    }
    known = Math.max(known ?? 0, messages);
  };
}

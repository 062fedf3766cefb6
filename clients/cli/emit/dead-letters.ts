import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Counting costs a request. */
const pauseMs = 5_000;

type Options = {
  readonly client: Pick<SQSClient, "send">;
  /** `undefined` for a stack from before it named this queue. */
  readonly queueUrl: string | undefined;
  now(): Date;
  warn(text: string): void;
};

/**
 * Watches a dead-letter queue, and warns whenever it has more messages than before. Call the returned function now and
 * then; its first call takes the number to begin with. A queue that cannot be read is not watched.
 */
export function watchDeadLetters({ client, queueUrl, now, warn }: Options): () => Promise<void> {
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
        `The dead-letter queue has grown to ${messages} messages (${queue}): events of this file may be among them, ` +
          "and would never arrive. See the log of the ingest function.",
      );
    }
    known = Math.max(known ?? 0, messages);
  };
}

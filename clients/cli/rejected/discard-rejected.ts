import type { SQSClient } from "@aws-sdk/client-sqs";
import { deleteRejected, type HeldRejectedMessage, receiveRejected, releaseRejected } from "./rejected-queue.ts";

export type DiscardRejectedOptions = {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly messageId: string;
};

/** Deletes the rejected event of a message id from the queue and returns it; `null` if the queue does not have it. */
export async function discardRejected({
  client,
  queueUrl,
  messageId,
}: DiscardRejectedOptions): Promise<HeldRejectedMessage | null> {
  const others: HeldRejectedMessage[] = [];
  try {
    for (;;) {
      const messages = await receiveRejected(client, queueUrl);
      if (messages.length === 0) return null;
      const found = messages.find(({ message_id }) => message_id === messageId);
      others.push(...messages.filter((message) => message !== found));
      if (found === undefined) continue;
      await deleteRejected(client, queueUrl, [found]);
      return found;
    }
  } finally {
    await releaseRejected(client, queueUrl, others);
  }
}

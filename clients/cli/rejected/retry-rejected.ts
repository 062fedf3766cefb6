import type { SQSClient } from "@aws-sdk/client-sqs";
import { CliError } from "#clients/cli/command-result.ts";
import { createSender } from "#clients/emitter/send.ts";
import { parseOrgId } from "#shared/events/org-id.ts";
import { deleteRejected, type HeldRejectedMessage, receiveRejected, releaseRejected } from "./rejected-queue.ts";

export type RetryRejectedOptions = {
  readonly client: SQSClient;
  readonly queues: { readonly ingest: string; readonly rejected: string };
  /** Messages at most. */
  readonly limit: number;
};

/**
 * Sends rejected events to the ingest queue again and returns their number. Each is deleted only after it was sent, so
 * that none is lost. Throws `CliError` if one cannot be sent.
 */
export async function retryRejected({ client, queues, limit }: RetryRejectedOptions): Promise<number> {
  const send = createSender({ queueUrl: queues.ingest, client });
  const sent = new Set<string>();
  const backAgain = new Map<string, HeldRejectedMessage>();
  try {
    while (sent.size < limit) {
      const messages = await receiveRejected(client, queues.rejected);
      if (messages.every(({ message_id }) => message_id !== null && backAgain.has(message_id))) break;
      // Events that were rejected again during this run are skipped, or the run would never end.
      const waiting: HeldRejectedMessage[] = [];
      for (const message of messages) {
        if (message.message_id !== null && sent.has(message.message_id)) backAgain.set(message.message_id, message);
        else waiting.push(message);
      }
      const chosen = waiting.slice(0, limit - sent.size);
      await releaseRejected(client, queues.rejected, waiting.slice(chosen.length));
      const results = await send(chosen.map(({ body }) => ({ body, orgId: parseOrgId(body) })));
      for (const result of results) if (result.status === "sent") sent.add(result.message_id);
      const isSent = (_: HeldRejectedMessage, at: number) => results[at]?.status === "sent";
      await deleteRejected(client, queues.rejected, chosen.filter(isSent));
      const failed = results.find((result) => result.status === "failed");
      if (failed) {
        await releaseRejected(
          client,
          queues.rejected,
          chosen.filter((message, at) => !isSent(message, at)),
        );
        throw new CliError("failed", `Some events could not be sent and stay in the rejected queue: ${failed.reason}`);
      }
    }
  } finally {
    await releaseRejected(client, queues.rejected, [...backAgain.values()]);
  }
  return sent.size;
}

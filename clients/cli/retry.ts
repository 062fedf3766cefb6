import type { SQSClient } from "@aws-sdk/client-sqs";
import { createSender } from "#clients/emitter/send.ts";
import { parseOrgId } from "#shared/events/org-id.ts";
import { CliError } from "./command-result.ts";
import { type HeldMessage, hold, release, remove } from "./rejected-queue.ts";

export type Retry = {
  readonly client: SQSClient;
  readonly queues: { readonly ingest: string; readonly rejected: string };
  /** Messages at most. */
  readonly limit: number;
};

/**
 * Sends rejected events to the ingest queue again. Each leaves the rejected queue only after it was sent, so it is
 * never in neither. Answers how many were sent. Throws `CliError` where one could not be.
 */
export async function retryRejected({ client, queues, limit }: Retry): Promise<number> {
  const send = createSender({ queueUrl: queues.ingest, client });
  const sent = new Set<string>();
  const backAgain = new Map<string, HeldMessage>();
  try {
    while (sent.size < limit) {
      const messages = await hold(client, queues.rejected);
      if (messages.every(({ message_id }) => message_id !== null && backAgain.has(message_id))) break;
      // What was refused again since this run began is left alone, or the run would never end.
      const waiting: HeldMessage[] = [];
      for (const message of messages) {
        if (message.message_id !== null && sent.has(message.message_id)) backAgain.set(message.message_id, message);
        else waiting.push(message);
      }
      const chosen = waiting.slice(0, limit - sent.size);
      await release(client, queues.rejected, waiting.slice(chosen.length));
      const results = await send(chosen.map(({ body }) => ({ body, orgId: parseOrgId(body) })));
      for (const result of results) if (result.status === "sent") sent.add(result.message_id);
      const isSent = (_: HeldMessage, at: number) => results[at]?.status === "sent";
      await remove(client, queues.rejected, chosen.filter(isSent));
      const failed = results.find((result) => result.status === "failed");
      if (failed) {
        await release(
          client,
          queues.rejected,
          chosen.filter((message, at) => !isSent(message, at)),
        );
        throw new CliError("failed", `Not every event could be sent; those stay rejected. ${failed.reason}`);
      }
    }
  } finally {
    await release(client, queues.rejected, [...backAgain.values()]);
  }
  return sent.size;
}

import { SQSClient } from "@aws-sdk/client-sqs";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { peekRejected } from "#clients/cli/rejected/rejected-queue.ts";
import type { StackConnection } from "#clients/cli/stack/resolve-stack.ts";
import { createSender } from "#clients/emitter/send.ts";
import { watchDeadLetters } from "./dead-letters.ts";
import { createFindStored } from "./find-stored.ts";
import { type SentEvent, type WaitOptions, waitUntilStored } from "./wait-until-stored.ts";

type WaitingOptions = Pick<WaitOptions, "interruption" | "onStored">;

/** Connects to the queue, and with `wait` to all that shows whether events were stored or rejected. */
export async function connectEmit(
  stack: StackConnection,
  wait: boolean,
  waiting: WaitingOptions,
  { now, sleep, stderr }: CommandContext,
) {
  const client = new SQSClient(stack.clientConfig("sqs"));
  const send = createSender({ queueUrl: stack.queues.ingest, client });
  if (!wait) return { send, storage: null };
  const findStored = createFindStored(stack);
  const listRejected = () => peekRejected(client, stack.queues.rejected, 10_000);
  const watch = watchDeadLetters({
    client,
    queueUrl: stack.queues.ingest_dead_letters,
    now,
    warn: (text) => stderr.write(`${text}\n`),
  });
  await watch();
  const options = { findStored, listRejected, ...waiting, watch, now, sleep };
  return { send, storage: { findStored, wait: (sent: readonly SentEvent[]) => waitUntilStored(sent, options) } };
}

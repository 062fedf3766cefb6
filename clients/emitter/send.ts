import { setTimeout as wait } from "node:timers/promises";
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { mapWithConcurrency } from "#shared/platform/concurrency.ts";
import { splitIntoBatches } from "./message-batches.ts";

/** The method of an SQS client that is used. */
export type SqsSender = { send(command: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput> };

export type SenderOptions = {
  /** Required; `undefined` is allowed in the type so that an environment variable can be passed. */
  readonly queueUrl: string | undefined;
  readonly client?: SqsSender;
  /** Between 0 and 1; spreads the retries of many writers. */
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
};

export type SendResult =
  | { readonly status: "sent"; readonly message_id: string }
  /** `error` is the error of the call; `null` if SQS responded. */
  | { readonly status: "failed"; readonly reason: string; readonly error: unknown };

/** A message: its body, and the organisation of its event. */
export type OutgoingMessage = {
  readonly body: string;
  /** The message group, which keeps the queue fair between organisations; `null` if unknown. */
  readonly orgId: string | null;
};

const maxAttempts = 5;
const firstPauseMs = 100;
const maxConcurrentBatches = 8;

/**
 * Creates a function that sends messages to a queue and returns, in order, what became of each. It never throws: a call
 * that fails costs its own messages and no others, and of a call that fails in part only the failed messages are sent
 * again. Throws a `TypeError` without the queue's URL. The message group is the organisation, so that SQS keeps one that sends much from delaying the others: see
 * "Amazon SQS fair queues" in its developer guide.
 */
export function createSender(options: SenderOptions): (messages: readonly OutgoingMessage[]) => Promise<SendResult[]> {
  const { queueUrl, client = new SQSClient({}), random = Math.random, sleep = wait } = options;
  if (!queueUrl) throw new TypeError("queueUrl is missing: give the URL of the ingest queue, the output QueueIngest.");

  type Message = OutgoingMessage & { readonly at: number };

  async function sendBatch(batch: readonly Message[], results: SendResult[]): Promise<void> {
    let waiting = batch;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const failures = await sendOnce(waiting, results);
      const again = waiting.filter(({ at }) => {
        const failure = failures.get(at);
        if (failure !== undefined) results[at] = { status: "failed", reason: failure.reason, error: failure.error };
        return failure?.transient === true;
      });
      if (attempt === maxAttempts) return;
      if (again.length > 0) await sleep(random() * firstPauseMs * 2 ** attempt);
      waiting = again;
    }
  }

  /** Makes one call. Stores the results of sent messages and returns the failures of the others. */
  async function sendOnce(messages: readonly Message[], results: SendResult[]): Promise<Map<number, SendFailure>> {
    const Entries = messages.map(({ at, body, orgId }) => ({
      Id: String(at),
      MessageBody: body,
      ...(orgId === null ? {} : { MessageGroupId: orgId }),
    }));
    const failures = new Map(messages.map(({ at }) => [at, noResult]));
    try {
      const response = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      for (const entry of response.Failed ?? []) failures.set(Number(entry.Id), toSendFailure(entry));
      for (const { Id, MessageId = "" } of response.Successful ?? []) {
        failures.delete(Number(Id));
        results[Number(Id)] = { status: "sent", message_id: MessageId };
      }
    } catch (error) {
      // The SDK has already retried.
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      for (const { at } of messages) failures.set(at, { transient: false, reason, error });
    }
    return failures;
  }

  return async (outgoing) => {
    const results: SendResult[] = [];
    const batches = splitIntoBatches(outgoing.map((message, at) => ({ ...message, at })));
    await mapWithConcurrency(batches, maxConcurrentBatches, (batch) => sendBatch(batch, results));
    return results;
  };
}

type SendFailure = { readonly transient: boolean; readonly reason: string; readonly error: unknown };

const noResult: SendFailure = { transient: true, reason: "SQS returned no result for the message.", error: null };

/** A sender fault is permanent, except throttling, which SQS also reports as one. */
function toSendFailure({ SenderFault, Code = "", Message = "" }: BatchResultErrorEntry): SendFailure {
  return {
    transient: SenderFault !== true || /throttl/i.test(Code),
    reason: Message === "" ? Code : `${Code}: ${Message}`,
    error: null,
  };
}

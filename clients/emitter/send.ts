import { setTimeout as wait } from "node:timers/promises";
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { chunksOf } from "./chunks.ts";

/** The one call that is made of an SQS client. */
export type QueueClient = { send(command: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput> };

export type SenderOptions = {
  /** What an environment variable holds; there must be one. */
  readonly queueUrl: string | undefined;
  readonly client?: QueueClient;
  /** Between 0 and 1; spreads the retries of many writers. */
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
};

export type SendResult =
  | { readonly status: "sent"; readonly message_id: string }
  /** `error` is what the call failed with; `null` where SQS answered. */
  | { readonly status: "failed"; readonly reason: string; readonly error: unknown };

/** What is sent: the body of a message, and the organisation that its event belongs to. */
export type OutgoingMessage = {
  readonly body: string;
  /** Makes the queue fair between organisations; `null` where the body names none. */
  readonly orgId: string | null;
};

const attempts = 5;
const firstPauseMs = 100;
const chunksAtOnce = 8;

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

  async function sendChunk(chunk: readonly Message[], results: SendResult[]): Promise<void> {
    let waiting = chunk;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const faults = await sendOnce(waiting, results);
      const again = waiting.filter(({ at }) => {
        const fault = faults.get(at);
        if (fault !== undefined) results[at] = { status: "failed", reason: fault.reason, error: fault.error };
        return fault?.passing === true;
      });
      if (attempt === attempts) return;
      if (again.length > 0) await sleep(random() * firstPauseMs * 2 ** attempt);
      waiting = again;
    }
  }

  /** Makes one call. Notes what was sent; answers what is wrong with the rest. */
  async function sendOnce(messages: readonly Message[], results: SendResult[]): Promise<Map<number, Fault>> {
    const Entries = messages.map(({ at, body, orgId }) => ({
      Id: String(at),
      MessageBody: body,
      ...(orgId === null ? {} : { MessageGroupId: orgId }),
    }));
    const faults = new Map(messages.map(({ at }) => [at, unanswered]));
    try {
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      for (const entry of answer.Failed ?? []) faults.set(Number(entry.Id), faultOf(entry));
      for (const { Id, MessageId = "" } of answer.Successful ?? []) {
        faults.delete(Number(Id));
        results[Number(Id)] = { status: "sent", message_id: MessageId };
      }
    } catch (error) {
      // The client has tried again by itself as often as makes sense.
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      for (const { at } of messages) faults.set(at, { passing: false, reason, error });
    }
    return faults;
  }

  return async (outgoing) => {
    const results: SendResult[] = [];
    const chunks = chunksOf(outgoing.map((message, at) => ({ ...message, at })));
    const worker = async () => {
      for (const chunk of chunks) await sendChunk(chunk, results);
    };
    await Promise.all(Array.from({ length: chunksAtOnce }, worker));
    return results;
  };
}

type Fault = { readonly passing: boolean; readonly reason: string; readonly error: unknown };

const unanswered: Fault = { passing: true, reason: "SQS did not say what became of the message.", error: null };

/** A fault of the sender would fail again, except that SQS counts throttling among them. */
function faultOf({ SenderFault, Code = "", Message = "" }: BatchResultErrorEntry): Fault {
  return {
    passing: SenderFault !== true || /throttl/i.test(Code),
    reason: Message === "" ? Code : `${Code}: ${Message}`,
    error: null,
  };
}

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
  readonly queueUrl: string;
  readonly client?: QueueClient;
  /** Between 0 and 1; spreads the retries of many writers. */
  readonly random?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
};

export type SendResult =
  | { readonly status: "sent"; readonly message_id: string }
  | { readonly status: "failed"; readonly reason: string };

const attempts = 5;
const firstPauseMs = 100;
const chunksAtOnce = 8;

/**
 * A function that sends message bodies to a queue and tells of each, in order, what became of it. It never throws: a
 * call that fails costs its own messages and no others, and of a call that fails in part only the failed messages are
 * sent again.
 */
export function createSender(options: SenderOptions): (bodies: readonly string[]) => Promise<SendResult[]> {
  const { queueUrl, client = new SQSClient({}), random = Math.random, sleep = wait } = options;

  type Message = { readonly at: number; readonly body: string };

  async function sendChunk(chunk: readonly Message[], results: SendResult[]): Promise<void> {
    let waiting = chunk;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const faults = await sendOnce(waiting, results);
      const again = waiting.filter(({ at }) => {
        const fault = faults.get(at);
        if (fault !== undefined) results[at] = { status: "failed", reason: fault.reason };
        return fault?.passing === true;
      });
      if (attempt === attempts) return;
      if (again.length > 0) await sleep(random() * firstPauseMs * 2 ** attempt);
      waiting = again;
    }
  }

  /** Makes one call. Notes what was sent; answers what is wrong with the rest. */
  async function sendOnce(messages: readonly Message[], results: SendResult[]): Promise<Map<number, Fault>> {
    const Entries = messages.map(({ at, body }) => ({ Id: String(at), MessageBody: body }));
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
      for (const { at } of messages) faults.set(at, { passing: false, reason });
    }
    return faults;
  }

  return async (bodies) => {
    const results: SendResult[] = [];
    const chunks = chunksOf(bodies.map((body, at) => ({ at, body })));
    const worker = async () => {
      for (const chunk of chunks) await sendChunk(chunk, results);
    };
    await Promise.all(Array.from({ length: chunksAtOnce }, worker));
    return results;
  };
}

type Fault = { readonly passing: boolean; readonly reason: string };

const unanswered: Fault = { passing: true, reason: "SQS did not say what became of the message." };

/** A fault of the sender would fail again, except that SQS counts throttling among them. */
function faultOf({ SenderFault, Code = "", Message = "" }: BatchResultErrorEntry): Fault {
  return {
    passing: SenderFault !== true || /throttl/i.test(Code),
    reason: Message === "" ? Code : `${Code}: ${Message}`,
  };
}

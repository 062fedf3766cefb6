import type { SendMessageBatchCommand, SendMessageBatchCommandOutput } from "@aws-sdk/client-sqs";
import type { SqsSender } from "#clients/emitter/send.ts";

type Entry = { readonly id: string; readonly body: string };

/** The result of one entry: its message id, or the error code. */
export type QueuedEntryResult =
  | { readonly accept: string }
  | { readonly refuse: string; readonly senderFault: boolean };

/** Creates a queue that records the bodies and groups of every call. `resultOf` returns the result of an entry. */
export function recordingQueue(
  resultOf: (entry: Entry, call: number) => QueuedEntryResult | null = ({ id }) => ({ accept: id }),
) {
  const calls: string[][] = [];
  const groups: (string | undefined)[][] = [];
  const client: SqsSender = {
    async send({ input }: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput> {
      const entries = (input.Entries ?? []).map(({ Id = "", MessageBody = "" }) => ({ id: Id, body: MessageBody }));
      calls.push(entries.map(({ body }) => body));
      groups.push((input.Entries ?? []).map(({ MessageGroupId }) => MessageGroupId));
      const answer: SendMessageBatchCommandOutput = { $metadata: {}, Successful: [], Failed: [] };
      for (const entry of entries) {
        const result = resultOf(entry, calls.length);
        if (result === null) continue;
        if ("accept" in result) {
          answer.Successful?.push({ Id: entry.id, MessageId: result.accept, MD5OfMessageBody: "" });
        } else {
          answer.Failed?.push({ Id: entry.id, Code: result.refuse, SenderFault: result.senderFault });
        }
      }
      return answer;
    },
  };
  return { calls, groups, client };
}

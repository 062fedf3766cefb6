import type { SendMessageBatchCommand, SendMessageBatchCommandOutput } from "@aws-sdk/client-sqs";
import type { SqsSender } from "#clients/emitter/send.ts";

type Entry = { readonly id: string; readonly body: string };

/** What a queue says of one entry: its message id, or why it refuses it. */
export type Verdict = { readonly accept: string } | { readonly refuse: string; readonly senderFault: boolean };

/** A queue that remembers the bodies and the groups of every call, and answers as it is told. */
export function recordingQueue(judge: (entry: Entry, call: number) => Verdict | null = ({ id }) => ({ accept: id })) {
  const calls: string[][] = [];
  const groups: (string | undefined)[][] = [];
  const client: SqsSender = {
    async send({ input }: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput> {
      const entries = (input.Entries ?? []).map(({ Id = "", MessageBody = "" }) => ({ id: Id, body: MessageBody }));
      calls.push(entries.map(({ body }) => body));
      groups.push((input.Entries ?? []).map(({ MessageGroupId }) => MessageGroupId));
      const answer: SendMessageBatchCommandOutput = { $metadata: {}, Successful: [], Failed: [] };
      for (const entry of entries) {
        const verdict = judge(entry, calls.length);
        if (verdict === null) continue;
        if ("accept" in verdict) {
          answer.Successful?.push({ Id: entry.id, MessageId: verdict.accept, MD5OfMessageBody: "" });
        } else {
          answer.Failed?.push({ Id: entry.id, Code: verdict.refuse, SenderFault: verdict.senderFault });
        }
      }
      return answer;
    },
  };
  return { calls, groups, client };
}

import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { AttemptHistory } from "../events/deferral.ts";

/** Names of the message attributes that carry an event's history from one message to the next. */
const names = {
  deferrals: "deferrals",
  defects: "defects",
  unfinished: "unfinished",
  firstSentMs: "first_sent_ms",
  messageId: "message_id",
} as const;

/** Above what any event reaches, and small enough to count with. */
const largestCount = 1_000_000;

/** How a message fared before this one, and under which id a service sent it: the one that it knows, and looks for. */
export type MessageOrigin = { readonly history: AttemptHistory; readonly messageId: string };

/**
 * The origin of a message. The attributes are believed only of messages that the function sent: anybody who may send
 * can set them. SQS names a function by the session of its role, which Lambda calls by the function's name.
 */
export function parseOrigin(
  { messageId, messageAttributes, attributes }: SQSRecord,
  functionName: string,
): MessageOrigin {
  const sentMs = Number(attributes.SentTimestamp);
  const isOwn = attributes.SenderId.endsWith(`:${functionName}`);
  const textOf = (name: string) => (isOwn ? (messageAttributes[name]?.stringValue ?? "") : "");
  const number = (name: string, largest: number) => {
    const text = textOf(name);
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value <= largest ? value : null;
  };
  const history: AttemptHistory = {
    deferrals: number(names.deferrals, largestCount) ?? 0,
    defects: number(names.defects, largestCount) ?? 0,
    unfinished: number(names.unfinished, largestCount) ?? 0,
    firstSentMs: number(names.firstSentMs, sentMs) ?? sentMs,
  };
  const given = textOf(names.messageId);
  return { history, messageId: /^[\w-]{1,100}$/.test(given) ? given : messageId };
}

/** The history as attributes of the next message. */
export function historyAttributes(history: AttemptHistory, messageId: string): Record<string, MessageAttributeValue> {
  const attribute = (value: number) => ({ DataType: "Number", StringValue: String(value) });
  return {
    [names.deferrals]: attribute(history.deferrals),
    [names.defects]: attribute(history.defects),
    [names.unfinished]: attribute(history.unfinished),
    [names.firstSentMs]: attribute(history.firstSentMs),
    [names.messageId]: { DataType: "String", StringValue: messageId },
  };
}

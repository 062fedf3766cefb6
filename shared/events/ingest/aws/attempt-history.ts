import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { AttemptHistory } from "#shared/events/ingest/deferral.ts";

/** Names of the message attributes that carry an event's history from one message to the next. */
const names = {
  deferrals: "deferrals",
  defects: "defects",
  unfinished: "unfinished",
  firstSentMs: "first_sent_ms",
  messageId: "message_id",
  writer: "writer",
} as const;

/** Above what any event reaches, and small enough to count with. */
const largestCount = 1_000_000;

/** Where a message comes from, whatever became of it since. */
export type MessageOrigin = {
  readonly history: AttemptHistory;
  /** The id under which a service sent it: the one that it knows, and looks for. */
  readonly messageId: string;
  /** The AWS id of the role or user that sent it; `null` for one that was deferred before writers were recorded. */
  readonly writer: string | null;
};

/** The function that receives a message. */
export type ReceivingFunction = {
  readonly functionName: string;
  /** The unique id of its role, which no other role ever has. */
  readonly roleId: string;
};

/**
 * The origin of a message. The attributes are believed only of messages that the function sent: anybody who may send
 * can set them. SQS names a function by the id of its role and the name of the session, which Lambda makes the function's
 * name. The name alone would not do: whoever may assume a role names the session.
 */
export function parseOrigin(
  { messageId, messageAttributes, attributes }: SQSRecord,
  { functionName, roleId }: ReceivingFunction,
): MessageOrigin {
  const sentMs = Number(attributes.SentTimestamp);
  const isOwn = attributes.SenderId === `${roleId}:${functionName}`;
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
  const [principal = ""] = attributes.SenderId.split(":");
  const writer = isOwn ? textOf(names.writer) || null : principal;
  return { history, messageId: /^[\w-]{1,100}$/.test(given) ? given : messageId, writer };
}

/** The origin as attributes of the next message. */
export function originAttributes({ history, messageId, writer }: MessageOrigin): Record<string, MessageAttributeValue> {
  const attribute = (value: number) => ({ DataType: "Number", StringValue: String(value) });
  return {
    [names.deferrals]: attribute(history.deferrals),
    [names.defects]: attribute(history.defects),
    [names.unfinished]: attribute(history.unfinished),
    [names.firstSentMs]: attribute(history.firstSentMs),
    [names.messageId]: { DataType: "String", StringValue: messageId },
    ...writerAttribute(writer),
  };
}

/** The writer as an attribute of the next message; none where it is not known. */
export function writerAttribute(writer: string | null): Record<string, MessageAttributeValue> {
  return writer === null ? {} : { [names.writer]: { DataType: "String", StringValue: writer } };
}

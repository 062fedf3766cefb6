import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { AttemptHistory } from "#shared/events/ingest/deferral.ts";

/** Names of the message attributes that pass an event's history from one message to the next. */
const names = {
  deferrals: "deferrals",
  defects: "defects",
  unfinished: "unfinished",
  firstSentMs: "first_sent_ms",
  messageId: "message_id",
  writer: "writer",
} as const;

/** Upper bound of a count: more than any event reaches. */
const largestCount = 1_000_000;

/** The origin of a message, kept when it is deferred. */
export type MessageOrigin = {
  readonly history: AttemptHistory;
  /** The id of the original message, which its sender knows. */
  readonly messageId: string;
  /** The AWS id of the role or user that sent it; `null` if it was deferred before writers were recorded. */
  readonly writer: string | null;
};

/** The function that receives a message. */
export type ReceivingFunction = {
  readonly functionName: string;
  /** The unique id of its role, which is never reused. */
  readonly roleId: string;
};

/**
 * Returns the origin of a message. Attributes are trusted only on messages of this function, since any sender can set
 * them. SQS identifies it by role id and session name, which Lambda sets to the function's name. The name alone is not
 * enough: anyone who may assume a role chooses the session name.
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
  const originalId = textOf(names.messageId);
  const [principal = ""] = attributes.SenderId.split(":");
  const writer = isOwn ? textOf(names.writer) || null : principal;
  return { history, messageId: /^[\w-]{1,100}$/.test(originalId) ? originalId : messageId, writer };
}

/** Returns the origin as attributes of the next message. */
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

/** Returns the writer as an attribute of the next message; no attribute if it is unknown. */
export function writerAttribute(writer: string | null): Record<string, MessageAttributeValue> {
  return writer === null ? {} : { [names.writer]: { DataType: "String", StringValue: writer } };
}

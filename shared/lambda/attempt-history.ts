import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSRecord } from "aws-lambda";
import type { AttemptHistory } from "../events/deferral.ts";

/** Names of the message attributes that carry an event's history from one message to the next. */
const names = { deferrals: "deferrals", defects: "defects", firstSentMs: "first_sent_ms" } as const;

/** Above what any event reaches, and small enough to count with. */
const largestCount = 1_000_000;

/**
 * The history of a message. A message that a service sent has none: it begins with its arrival in the queue. Anybody
 * who may send can also set the attributes, so what makes no sense is taken for absent.
 */
export function parseHistory({ messageAttributes, attributes }: Pick<SQSRecord, "messageAttributes" | "attributes">) {
  const sentMs = Number(attributes.SentTimestamp);
  const number = (name: string, largest: number) => {
    const text = messageAttributes[name]?.stringValue ?? "";
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    return value <= largest ? value : null;
  };
  const history: AttemptHistory = {
    deferrals: number(names.deferrals, largestCount) ?? 0,
    defects: number(names.defects, largestCount) ?? 0,
    firstSentMs: number(names.firstSentMs, sentMs) ?? sentMs,
  };
  return history;
}

/** The history as attributes of the next message. */
export function historyAttributes(history: AttemptHistory): Record<string, MessageAttributeValue> {
  const attribute = (value: number) => ({ DataType: "Number", StringValue: String(value) });
  return {
    [names.deferrals]: attribute(history.deferrals),
    [names.defects]: attribute(history.defects),
    [names.firstSentMs]: attribute(history.firstSentMs),
  };
}

import { randomUUID } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { type EventMessage, serializeEvent, toMessage, toOutgoingMessage } from "./message.ts";
import { createSender, type SenderOptions } from "./send.ts";

export type { EventInput, SenderOptions };

export type EmitterOptions = SenderOptions & {
  /** The time that events are validated against; by default that of the machine. */
  readonly now?: () => Date;
  /** Returns a new text at every call, from which the id of an event without one is derived. */
  readonly newId?: () => string;
};

export type EmitResult =
  /** Accepted: it will be stored or, with the reason, appear in the rejected queue. */
  | { readonly status: "sent"; readonly event_id: string; readonly message_id: string }
  /** Not sent, because it is not valid. */
  | { readonly status: "invalid"; readonly reason: string }
  /** Possibly not sent. Emit it again with this `event_id`: if it was sent, that is a repeat, not a second event. */
  | { readonly status: "failed"; readonly event_id: string; readonly reason: string };

export type Emitter = {
  /**
   * Validates each event, sends the valid ones in as few calls as SQS allows, and returns a result for each, in order.
   * Retries transient errors. Never throws for an event or a queue.
   */
  emit(events: readonly EventInput[]): Promise<EmitResult[]>;
};

/**
 * Creates an emitter of events to the ingest queue. Throws a `TypeError` without the URL of the queue.
 *
 * @example
 * const { emit } = createEmitter({ queueUrl: process.env.INGEST_QUEUE_URL });
 * const [result] = await emit([
 *   {
 *     org_id: "org_8f9a1c2d",
 *     action: "INVOICE_SENT",
 *     entity_type: "INVOICE",
 *     entity_id: "inv_8c3f1a9b",
 *     occurred_at: new Date().toISOString(),
 *   },
 * ]);
 * if (result?.status !== "sent") throw new Error(`The event was not sent: ${JSON.stringify(result)}`);
 */
export function createEmitter({ now = () => new Date(), newId = randomUUID, ...sender }: EmitterOptions): Emitter {
  const send = createSender(sender);

  const prepare = (event: EventInput): EventMessage | Invalid => {
    try {
      return toMessage(serializeEvent(event), { now: now(), entropy: newId() });
    } catch (error) {
      if (error instanceof ActivityError) return { status: "invalid", reason: error.message };
      throw error;
    }
  };

  return {
    async emit(events) {
      const prepared = events.map(prepare);
      const messages = prepared.flatMap((one) => ("body" in one ? [toOutgoingMessage(one)] : []));
      const sent = (await send(messages)).values();
      return prepared.map((one): EmitResult => {
        if ("status" in one) return one;
        const { value: result } = sent.next();
        if (result === undefined) throw new Error("The sender returned fewer results than messages.");
        const { event_id } = one.draft.event;
        if (result.status === "sent") return { ...result, event_id };
        return { status: "failed", event_id, reason: result.reason };
      });
    },
  };
}

type Invalid = Extract<EmitResult, { status: "invalid" }>;

import { randomUUID } from "node:crypto";
import { ActivityError } from "#shared/errors.ts";
import type { EventInput } from "#shared/events/schema.ts";
import { eventText } from "./event-text.ts";
import { type EventMessage, toMessage, toOutgoing } from "./message.ts";
import { createSender, type SenderOptions } from "./send.ts";

export { activityPut } from "./activity-put.ts";

export type EmitterOptions = SenderOptions & {
  readonly now?: () => Date;
  /** A new text at every call, which the id of an event that brings none is made from. */
  readonly newId?: () => string;
};

export type EmitResult =
  /** Accepted: it ends in the log or, with the reason, in the rejected queue. */
  | { readonly status: "sent"; readonly event_id: string; readonly message_id: string }
  /** Not sent, and never will be as it is. */
  | { readonly status: "invalid"; readonly reason: string }
  /** Perhaps not sent. Emit it again with this `event_id`: if it did arrive, that is a repeat and no second event. */
  | { readonly status: "failed"; readonly event_id: string; readonly reason: string };

export type Emitter = { emit(events: readonly EventInput[]): Promise<EmitResult[]> };

/**
 * An emitter of events to the ingest queue. `emit` validates each event, sends the valid ones in as few calls as SQS
 * allows, and tells of each, in the order given, what became of it. It never throws for an event or a queue: no
 * failure loses the others. Creating one throws a `TypeError` without the queue's URL.
 */
export function createEmitter({ now = () => new Date(), newId = randomUUID, ...sender }: EmitterOptions): Emitter {
  const send = createSender(sender);

  const prepare = (event: EventInput): EventMessage | Invalid => {
    try {
      return toMessage(eventText(event), { now: now(), entropy: newId() });
    } catch (error) {
      if (error instanceof ActivityError) return { status: "invalid", reason: error.message };
      throw error;
    }
  };

  return {
    async emit(events) {
      const prepared = events.map(prepare);
      const messages = prepared.flatMap((one) => ("body" in one ? [toOutgoing(one)] : []));
      const sent = (await send(messages)).values();
      return prepared.map((one): EmitResult => {
        if ("status" in one) return one;
        const { value: result } = sent.next();
        if (result === undefined) throw new Error("The sender has told of fewer messages than it was given.");
        const { event_id } = one.draft.event;
        if (result.status === "sent") return { ...result, event_id };
        return { status: "failed", event_id, reason: result.reason };
      });
    },
  };
}

type Invalid = Extract<EmitResult, { status: "invalid" }>;

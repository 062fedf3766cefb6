import { attempt, type Step, type Target } from "./attempt-delivery.ts";
import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-world.ts";
import type { ImposedReason } from "./endpoint.ts";
import { waitForCircuit, waitForSlot } from "./park.ts";
import { giveBackSlots, takeSlots } from "./slots.ts";

/** After this no further send is begun: one that hangs must still fit into the function's time. */
const beginsWithinMs = 8_000;

/** A turn of sending to one endpoint. */
export type Turn = {
  readonly world: DeliveryWorld;
  readonly endpointId: string;
  readonly target: Target;
  /** When the batch began (Unix milliseconds). */
  readonly begun: number;
  /** Waits for the work on a message, and reports what became of it. */
  settle(message: DeliveryMessage, work: Promise<Outcome>): Promise<void>;
};

/** What a turn shows of an endpoint. */
export type TurnEnd = {
  /** Why to disable it. */
  readonly verdict: ImposedReason | null;
  /** Whether its circuit opened. */
  readonly opened: boolean;
};

/** Sends what it gets slots for, as many at once; what it gets none for waits. */
export async function takeTurn(
  { world, endpointId, target, begun, settle }: Turn,
  messages: readonly DeliveryMessage[],
  isUrgent: boolean,
): Promise<TurnEnd> {
  if (messages.length === 0) return { verdict: null, opened: false };
  const left = [...messages];
  const sent: NonNullable<Step["sent"]>[] = [];
  const slots = await takeSlots(world, endpointId, messages.length, world.newId(), isUrgent);
  const wait = (message: DeliveryMessage) =>
    slots.isFailing && slots.waitUntil !== null
      ? waitForCircuit(world, message, slots.waitUntil)
      : waitForSlot(world, message, slots.waitUntil);
  const send = async (message: DeliveryMessage) => {
    const step = await attempt(world, target, message);
    // What a test fails at is told to who tries it, and held against nobody.
    if (step.sent !== null && (step.sent.succeeded || message.event !== null)) sent.push(step.sent);
    return step.outcome;
  };
  // One failure ends the turn: what else waits learns first what it means for the endpoint.
  const isOver = () => sent.some(({ succeeded }) => !succeeded) || world.now().getTime() - begun > beginsWithinMs;
  const sendOneByOne = async () => {
    for (let message = left.shift(); message !== undefined; message = left.shift()) {
      await settle(message, isOver() ? wait(message) : send(message));
    }
  };
  await Promise.all(Array.from({ length: slots.count }, sendOneByOne));
  await Promise.all(left.map((message) => settle(message, wait(message))));
  const { hasFailedForLong, opened } = await giveBackSlots(world, endpointId, slots, sent);
  if (sent.some(({ gone }) => gone)) return { verdict: "gone", opened };
  return { verdict: hasFailedForLong ? "failing" : null, opened };
}

import type { Endpoint, ImposedReason } from "#shared/webhooks/endpoints/endpoint.ts";
import { countsAsFailure, initialHealth } from "#shared/webhooks/limits/circuit-breaker.ts";
import { giveBackSlots, giveBackSurplus, type Slots, takeSlots } from "#shared/webhooks/limits/concurrency-limiter.ts";
import { permitsAboveMs } from "#shared/webhooks/limits/latency.ts";
import { type Permits, takePermits } from "#shared/webhooks/limits/org-permits.ts";
import { moveToSlowLane, rememberBusy, rememberSlow } from "#shared/webhooks/limits/slow-lane.ts";
import { attempt, type Step, type Target } from "./attempt-delivery.ts";
import type { DeliveryMessage } from "./delivery.ts";
import type { DeliveryWorld, Outcome } from "./delivery-ports.ts";
import { waitForCircuit, waitForSlot } from "./reschedule.ts";

/**
 * After this no further send is begun: one that hangs must still fit into the function's time, and a lease of sends of
 * up to a second must end before it looks as if they hang.
 */
const beginsWithinMs = 4_000;

/** A turn of sending to one endpoint. */
export type Turn = {
  readonly world: DeliveryWorld;
  readonly endpoint: Pick<Endpoint, "org_id" | "endpoint_id">;
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

const nothingShown: TurnEnd = { verdict: null, opened: false };

/** Sends what it gets slots and permits for, concurrently; what it gets none for waits, or goes by the slow lane. */
export async function takeTurn(turn: Turn, messages: readonly DeliveryMessage[], isUrgent: boolean): Promise<TurnEnd> {
  if (messages.length === 0) return nothingShown;
  const { world, endpoint, settle } = turn;
  const settleAll = (work: (message: DeliveryMessage) => Promise<Outcome>) =>
    Promise.all(messages.map((message) => settle(message, work(message))));
  const id = world.newId();
  const slots = await takeSlots(world, endpoint.endpoint_id, messages.length, id, isUrgent);
  if (slots.isSlow) {
    rememberSlow(world, endpoint.endpoint_id, slots.health ?? initialHealth);
    const move = moveToSlowLane(world, messages);
    await settleAll(() => move);
    return nothingShown;
  }
  if (slots.isBusy) rememberBusy(world, endpoint.endpoint_id);
  const needed = needsPermits(world, slots);
  const permits = needed ? await permitsFor(turn, slots, id) : null;
  const sent = await sendAll(turn, messages, slots, needed ? (permits?.lease.slots ?? 0) : slots.count);
  return endTurn(turn, slots, permits, sent);
}

/**
 * On the slow lane every send needs one: an endpoint that is known as fast may hang by now. On the fast lane very short
 * sends need none: permits for them would make an item hot.
 */
function needsPermits({ slowLane }: DeliveryWorld, { count, health }: Slots): boolean {
  return count > 0 && (slowLane === null || (health?.latency_ms ?? 0) > permitsAboveMs);
}

/** Permits for slots. Slots that got none are given back; all of them where the question fails. */
async function permitsFor({ world, endpoint }: Turn, slots: Slots, id: string): Promise<Permits | null> {
  let permits: Permits | null = null;
  try {
    const now = world.now().getTime();
    const others = slots.health?.leases.filter((held) => held.id !== slots.lease?.id && held.until > now) ?? [];
    permits = await takePermits(world, endpoint, { wanted: slots.count, id, isFirst: others.length === 0 });
    if (permits !== null) await giveBackSurplus(world, endpoint.endpoint_id, slots, permits.lease.slots);
    return permits;
  } catch (error) {
    await Promise.all([
      giveBackSlots(world, endpoint.endpoint_id, slots, []),
      permits === null ? undefined : world.permits.giveBack(permits.pool, permits.lease),
    ]);
    throw error;
  }
}

type Sent = NonNullable<Step["sent"]>;

/** Sends up to `count` messages concurrently, one after another, and has wait what it cannot send. */
async function sendAll(
  { world, target, begun, settle }: Turn,
  messages: readonly DeliveryMessage[],
  slots: Slots,
  count: number,
): Promise<readonly Sent[]> {
  const left = [...messages];
  const sent: Sent[] = [];
  const wait = (message: DeliveryMessage) =>
    slots.isFailing && slots.waitUntil !== null
      ? waitForCircuit(world, message, slots.waitUntil)
      : waitForSlot(world, message, slots.waitUntil);
  const send = async (message: DeliveryMessage) => {
    const { destinations } = world;
    if (!(await destinations.take(target.url, message.org_id)))
      return waitForSlot(world, message, destinations.windowEnd());
    const step = await attempt(world, target, message);
    if (step.sent !== null) sent.push(step.sent);
    return step.outcome;
  };
  // A failure ends the turn, so that the other messages see what it means for the endpoint. So does a request to disable
  // it.
  const isOver = () =>
    sent.some((step) => countsAsFailure(step) || step.gone) || world.now().getTime() - begun > beginsWithinMs;
  const sendOneByOne = async () => {
    for (let message = left.shift(); message !== undefined; message = left.shift()) {
      await settle(message, isOver() ? wait(message) : send(message));
    }
  };
  await Promise.all(Array.from({ length: count }, sendOneByOne));
  await Promise.all(left.map((message) => settle(message, wait(message))));
  return sent;
}

/** Gives back what was taken, with what was learned. */
async function endTurn(
  { world, endpoint }: Turn,
  slots: Slots,
  permits: Permits | null,
  sent: readonly Sent[],
): Promise<TurnEnd> {
  const [lesson] = await Promise.all([
    giveBackSlots(world, endpoint.endpoint_id, slots, sent),
    permits === null ? undefined : world.permits.giveBack(permits.pool, permits.lease),
  ]);
  const { hasFailedForLong, opened } = lesson;
  if (sent.some(({ gone }) => gone)) return { verdict: "gone", opened };
  return { verdict: hasFailedForLong ? "failing" : null, opened };
}

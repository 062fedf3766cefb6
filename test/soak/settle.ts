import { until } from "../support/until.ts";
import { hurry } from "./deliveries.ts";
import type { Ledger } from "./ledger.ts";
import { depth, redrive } from "./queues.ts";
import type { Receiver } from "./receivers.ts";
import { beforeNextTry, type SoakStack } from "./stack.ts";
import type { Subscriber } from "./subscribers.ts";

/** A sender that was killed holds its delivery for a minute. */
const deadlineMs = 180_000;

/**
 * Waits until all that was accepted has gone its way, and helps as an operator would: redrives dead letters, and has
 * deliveries tried at once that wait for long. Answers how much was redriven. What does not arrive is for the checks.
 */
export async function settle(stack: SoakStack, ledger: Ledger, subscribers: readonly Subscriber[]): Promise<number> {
  for (const { receiver } of subscribers) receiver.recover();
  const hurried = new Set<string>();
  let redriven = 0;
  const isSettled = async () => {
    for (const name of ["ingest", "deliveries", "replays"]) redriven += await redrive(stack, name);
    const { due } = await depth(stack, "ingest");
    if (due === 0 && owedEvents(ledger, subscribers).every(isTaken)) return true;
    for (const subscriber of subscribers) await hurry(subscriber, hurried);
    await beforeNextTry();
    return false;
  };
  await until(isSettled, { deadlineMs }).catch(() => {});
  return redriven;
}

/** An accepted event, and who is to be told of it. */
interface Owed {
  readonly event_id: string;
  readonly receiver: Receiver;
}

export function owedEvents(ledger: Ledger, subscribers: readonly Subscriber[]): Owed[] {
  const receivers = new Map(subscribers.map(({ org, receiver }) => [org.org_id, receiver]));
  return ledger.accepted.flatMap(({ org_id, event_id }) => {
    const receiver = receivers.get(org_id);
    return receiver === undefined || !ledger.isOwed(event_id) ? [] : [{ event_id, receiver }];
  });
}

export function isTaken({ event_id, receiver }: Owed): boolean {
  return receiver.hasTaken(event_id);
}

import { until } from "../support/until.ts";
import { hurry } from "./deliveries.ts";
import type { Ledger } from "./ledger.ts";
import { depth, redrive } from "./queues.ts";
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
    const untold = untoldEvents(ledger, subscribers);
    const { due } = await depth(stack, "ingest");
    if (due === 0 && untold.length === 0) return true;
    for (const subscriber of subscribers) await hurry(subscriber, hurried);
    await beforeNextTry();
    return false;
  };
  await until(isSettled, { deadlineMs }).catch(() => {});
  return redriven;
}

/** Accepted events that their subscribers have not taken yet. */
export function untoldEvents(ledger: Ledger, subscribers: readonly Subscriber[]): string[] {
  const receivers = new Map(subscribers.map(({ org, receiver }) => [org.org_id, receiver]));
  return ledger.accepted
    .filter(({ org_id, event_id }) => receivers.get(org_id)?.hasTaken(event_id) === false && ledger.isOwed(event_id))
    .map(({ event_id }) => event_id);
}

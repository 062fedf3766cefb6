import { setTimeout as delay } from "node:timers/promises";
import { auditLines } from "#test/support/audit-lines.ts";
import { hurry } from "./deliveries.ts";
import type { Ledger } from "./ledger.ts";
import type { OwnerLog } from "./owners.ts";
import { depth, redrive } from "./queues.ts";
import type { Receiver } from "./receivers.ts";
import type { SoakStack } from "./stack.ts";
import type { Subscriber } from "./subscribers.ts";

/** A sender that was killed holds its delivery for a minute. */
const deadlineMs = 180_000;

/** A token that asks the API more often has soon no requests left. */
const lookAgainMs = 1_000;

/**
 * Waits until all that was accepted has gone its way, and helps as an operator would: redrives dead letters, and has
 * deliveries tried at once that wait for long. Answers how much was redriven. What does not arrive is for the checks.
 */
export async function settle(
  stack: SoakStack,
  ledger: Ledger,
  subscribers: readonly Subscriber[],
  owners: OwnerLog,
): Promise<number> {
  for (const { receiver } of subscribers) receiver.recover();
  const hurried = new Set<string>();
  let redriven = 0;
  for (const deadline = Date.now() + deadlineMs; Date.now() < deadline; await delay(lookAgainMs)) {
    for (const name of ["ingest", "deliveries", "slow_deliveries", "replays"]) redriven += await redrive(stack, name);
    const isTold = owedEvents(ledger, subscribers).every(isTaken) && allTested(subscribers, owners);
    const isDone = isTold && allLogged(stack, ledger);
    if (isDone && (await depth(stack, "ingest")) === 0) break;
    for (const subscriber of subscribers) await hurry(subscriber, hurried);
  }
  return redriven;
}

function allTested(subscribers: readonly Subscriber[], { tests }: OwnerLog): boolean {
  return tests.every((id) => subscribers.some(({ receiver }) => receiver.tests.has(id)));
}

/** Whether the review function has come to the end of the stream. */
function allLogged(stack: SoakStack, { accepted, damaged }: Ledger): boolean {
  const lines = auditLines(stack, "events");
  const ids = new Set(lines.map(({ event_id }) => event_id));
  const documents = new Set(lines.map(({ entity_id }) => entity_id));
  return accepted.every(({ event_id }) => ids.has(event_id)) && [...damaged.keys()].every((id) => documents.has(id));
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

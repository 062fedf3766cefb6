import { setTimeout as delay } from "node:timers/promises";
import { auditLines } from "#test/support/audit-lines.ts";
import { retryLongWaiting } from "./actors/deliveries.ts";
import type { OwnerLog } from "./actors/owners.ts";
import type { SoakReceiver } from "./actors/receivers.ts";
import type { SoakSubscriber } from "./actors/subscribers.ts";
import { entriesOf, readLedgerLogs } from "./ledger-logs.ts";
import { depth, redrive } from "./queues.ts";
import type { SoakStack } from "./stack.ts";
import type { Submissions } from "./submissions.ts";

/** A delivery whose sender was killed is retried after a minute. */
const deadlineMs = 180_000;

/** Polling more often would exceed the rate limit of the tokens. */
const pollMs = 1_000;

/**
 * Waits until all accepted events are processed, and does what an operator would: redrives dead letters and retries
 * deliveries that wait long. Returns the number of redriven messages. Missing deliveries are left to the checks.
 */
export async function settle(
  stack: SoakStack,
  submissions: Submissions,
  subscribers: readonly SoakSubscriber[],
  owners: OwnerLog,
): Promise<number> {
  for (const { receiver } of subscribers) receiver.recover();
  const retried = new Set<string>();
  let redriven = 0;
  for (const deadline = Date.now() + deadlineMs; Date.now() < deadline; await delay(pollMs)) {
    for (const name of ["ingest", "deliveries", "slow_deliveries", "replays"]) redriven += await redrive(stack, name);
    const isDelivered = listOwedEvents(submissions, subscribers).every(isAccepted) && allTested(subscribers, owners);
    const isDone = isDelivered && allLogged(stack, submissions) && (await allSequenced(stack, submissions));
    if (isDone && (await depth(stack, "ingest")) === 0) break;
    for (const subscriber of subscribers) await retryLongWaiting(subscriber, retried);
  }
  return redriven;
}

function allTested(subscribers: readonly SoakSubscriber[], { tests }: OwnerLog): boolean {
  return tests.every((id) => subscribers.some(({ receiver }) => receiver.tests.has(id)));
}

/** Whether the audit function has processed the whole stream. */
function allLogged(stack: SoakStack, { accepted, damaged }: Submissions): boolean {
  const lines = auditLines(stack, "events");
  const ids = new Set(lines.map(({ event_id }) => event_id));
  const documents = new Set(lines.map(({ entity_id }) => entity_id));
  return accepted.every(({ event_id }) => ids.has(event_id)) && [...damaged.keys()].every((id) => documents.has(id));
}

/** Whether the sequencer has processed the whole stream. */
async function allSequenced(stack: SoakStack, { accepted, damaged }: Submissions): Promise<boolean> {
  const entries = entriesOf(await readLedgerLogs(stack)).map(({ entry }) => entry);
  const ids = new Set(entries.flatMap((entry) => (entry.kind === "event" ? [entry.event_id] : [])));
  const tampered = entries.filter(({ kind }) => kind === "tamper").length;
  return accepted.every(({ event_id }) => ids.has(event_id)) && tampered >= damaged.size;
}

/** An accepted event and the receiver that must get it. */
type Owed = {
  readonly event_id: string;
  readonly receiver: SoakReceiver;
};

export function listOwedEvents(submissions: Submissions, subscribers: readonly SoakSubscriber[]): Owed[] {
  const receivers = new Map(subscribers.map(({ org, receiver }) => [org.org_id, receiver]));
  return submissions.accepted.flatMap(({ org_id, event_id }) => {
    const receiver = receivers.get(org_id);
    return receiver === undefined || !submissions.mustBeDelivered(event_id) ? [] : [{ event_id, receiver }];
  });
}

export function isAccepted({ event_id, receiver }: Owed): boolean {
  return receiver.hasAccepted(event_id);
}

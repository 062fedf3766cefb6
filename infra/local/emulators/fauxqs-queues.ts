import { ConsumerShares } from "./fair-queues/consumer-shares.ts";
import { FairBacklog, type GroupedMessage } from "./fair-queues/fair-backlog.ts";
import { InFlight } from "./fair-queues/in-flight.ts";

type Entry = {
  readonly message: GroupedMessage;
};

/** The used part of a fauxqs queue. */
export type FauxqsQueue = {
  messages: Iterable<GroupedMessage>;
  inflightMessages: Map<string, Entry>;
  readonly delayedMessages: readonly unknown[];
  readonly pollWaiters: readonly unknown[];
  pollTimer: NodeJS.Timeout | undefined;
  isFifo(): boolean;
  processTimers(): void;
  dequeue(...args: unknown[]): unknown;
  enqueue(...args: unknown[]): unknown;
  startPollTimerIfNeeded(): void;
};

/** Maximum delay until a waiting consumer receives a message that becomes visible. */
const noticeMs = 100;

/** Makes the standard queues of fauxqs fair, as those of SQS are, and lets them rest while nothing can become due. */
export function patchQueues(queues: FauxqsQueue, now: () => number): void {
  const { dequeue, enqueue, startPollTimerIfNeeded } = queues;
  const shares = new WeakMap<FauxqsQueue, ConsumerShares>();

  // Queues are emptied, and filled from a database, by plain lists: so what they have is looked at each time.
  queues.dequeue = function dequeueFairly(this: FauxqsQueue, ...args) {
    if (!this.isFifo()) makeFair(this);
    const received = Reflect.apply(dequeue, this, args);
    wakeTimer(this);
    return received;
  };

  queues.enqueue = function enqueueAndWake(this: FauxqsQueue, ...args) {
    const result = Reflect.apply(enqueue, this, args);
    wakeTimer(this);
    return result;
  };

  // It looks fifty times a second, whether or not there is anything to look for.
  queues.startPollTimerIfNeeded = function startIfDue(this: FauxqsQueue) {
    if (this.isFifo()) return Reflect.apply(startPollTimerIfNeeded, this, []);
    if (this.pollTimer !== undefined || !canBecomeDue(this)) return;
    this.pollTimer = setInterval(() => {
      this.processTimers();
      if (canBecomeDue(this)) return;
      clearInterval(this.pollTimer);
      this.pollTimer = undefined;
    }, noticeMs);
  };

  function makeFair(queue: FauxqsQueue): void {
    const own = shares.get(queue) ?? new ConsumerShares(now);
    shares.set(queue, own);
    if (!(queue.inflightMessages instanceof InFlight)) {
      const inFlight = new InFlight<Entry>(own, now);
      for (const [handle, entry] of queue.inflightMessages) inFlight.set(handle, entry);
      queue.inflightMessages = inFlight;
    }
    if (queue.messages instanceof FairBacklog) return;
    const backlog = new FairBacklog<GroupedMessage>(own, now);
    for (const message of queue.messages) backlog.push(message);
    queue.messages = backlog;
  }
}

function wakeTimer(queue: FauxqsQueue): void {
  if (queue.pollWaiters.length > 0) queue.startPollTimerIfNeeded();
}

function canBecomeDue({ inflightMessages, delayedMessages }: FauxqsQueue): boolean {
  return inflightMessages.size > 0 || delayedMessages.length > 0;
}

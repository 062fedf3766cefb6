import type { SimulationLoop } from "./event-loop.ts";

/** Messages in flight that a standard queue allows ("Amazon SQS message quotas" in its developer guide). */
const maxInFlight = 120_000;

/**
 * A group is noisy above this share of the messages in flight, with at least this many of its own ("How Amazon SQS fair
 * queues work" in the same guide).
 */
const noisyShare = 0.1;
const noisyAtLeast = 30;

/** Delayed messages become visible in steps of this length, which limits the number of timers. */
const delayStepMs = 50;

export type QueueSettings = { readonly visibilityMs: number; readonly maxReceives: number };

export type QueuedMessage<T> = { readonly body: T; readonly group: MessageGroup<T>; receives: number };

export type MessageGroup<T> = {
  readonly name: string;
  /** The visible messages are those from `first` on. */
  visible: QueuedMessage<T>[];
  first: number;
  inFlight: number;
};

/** A standard SQS queue with fair queues: quiet groups are served before noisy ones. */
export class FairQueue<T> {
  readonly deadLetters: QueuedMessage<T>[] = [];
  inFlight = 0;
  mostInFlight = 0;
  /** Receives that returned nothing at the limit of messages in flight. */
  refusedReceives = 0;
  onMessage: () => void = () => undefined;
  readonly #loop: SimulationLoop;
  readonly #settings: QueueSettings;
  readonly #groups = new Map<string, MessageGroup<T>>();
  /** Groups with visible messages, in the order in which they became visible. */
  readonly #waiting = new Set<MessageGroup<T>>();
  readonly #delayed = new Map<number, QueuedMessage<T>[]>();

  constructor(loop: SimulationLoop, settings: QueueSettings) {
    this.#loop = loop;
    this.#settings = settings;
  }

  send(groupName: string, body: T, delayMs = 0): void {
    const group = this.#groups.get(groupName) ?? { name: groupName, visible: [], first: 0, inFlight: 0 };
    this.#groups.set(groupName, group);
    this.#appear({ body, group, receives: 0 }, delayMs);
  }

  /** Receives up to `count` messages: of quiet groups first, then of the noisy group with the fewest in flight. */
  receive(count: number): QueuedMessage<T>[] {
    const batch: QueuedMessage<T>[] = [];
    if (this.inFlight >= maxInFlight) {
      this.refusedReceives += 1;
      return batch;
    }
    for (const group of this.#waiting) {
      if (batch.length === count) break;
      if (!this.#isNoisy(group)) this.#take(group, count - batch.length, batch);
    }
    while (batch.length < count && this.#waiting.size > 0) {
      const [least] = [...this.#waiting].sort((left, right) => left.inFlight - right.inFlight);
      if (least !== undefined) this.#take(least, count - batch.length, batch);
    }
    return batch;
  }

  delete(message: QueuedMessage<T>): void {
    this.#leaveFlight(message);
  }

  /** Fails a message: it is visible again after its visibility timeout, or becomes a dead letter. */
  fail(message: QueuedMessage<T>): void {
    const { visibilityMs, maxReceives } = this.#settings;
    this.#loop.after(visibilityMs, () => {
      this.#leaveFlight(message);
      if (message.receives >= maxReceives) this.deadLetters.push(message);
      else this.#show(message);
    });
  }

  get hasMessages(): boolean {
    return this.#waiting.size > 0;
  }

  #appear(message: QueuedMessage<T>, delayMs: number): void {
    if (delayMs === 0) {
      this.#show(message);
      return;
    }
    const step = Math.ceil((this.#loop.now + delayMs) / delayStepMs);
    const others = this.#delayed.get(step);
    if (others !== undefined) {
      others.push(message);
      return;
    }
    const messages = [message];
    this.#delayed.set(step, messages);
    this.#loop.after(step * delayStepMs - this.#loop.now, () => {
      this.#delayed.delete(step);
      for (const each of messages) this.#show(each);
    });
  }

  #show(message: QueuedMessage<T>): void {
    message.group.visible.push(message);
    this.#waiting.add(message.group);
    this.onMessage();
  }

  #isNoisy({ inFlight }: MessageGroup<T>): boolean {
    return inFlight >= noisyAtLeast && inFlight > noisyShare * this.inFlight;
  }

  #take(group: MessageGroup<T>, count: number, batch: QueuedMessage<T>[]): void {
    const end = Math.min(group.first + count, group.visible.length);
    for (const message of group.visible.slice(group.first, end)) {
      message.receives += 1;
      batch.push(message);
    }
    const received = end - group.first;
    group.first = end;
    group.inFlight += received;
    this.inFlight += received;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    if (group.first === group.visible.length) {
      group.visible = [];
      group.first = 0;
      this.#waiting.delete(group);
    } else if (group.first > 10_000 && group.first * 2 > group.visible.length) {
      group.visible = group.visible.slice(group.first);
      group.first = 0;
    }
  }

  #leaveFlight({ group }: QueuedMessage<T>): void {
    group.inFlight -= 1;
    this.inFlight -= 1;
  }
}

import type { ConsumerShares } from "./consumer-shares.ts";

/** A message without a group is a tenant of its own. */
export type GroupedMessage = {
  readonly messageGroupId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly sentTimestamp: number;
};

type Waiting<Message> = {
  readonly message: Message;
  /** Order of arrival. */
  readonly arrival: number;
};

type Group<Message> = {
  /** Messages that wait, in whichever list. */
  waiting: number;
  /** When the last one was sent. */
  sentAt: number;
  /** Its messages that were passed over, in order; null while the group is quiet. */
  passedOver: Fifo<Waiting<Message>> | null;
};

/** A group that has sent nothing for so long is quiet again, whatever it left behind. */
const quietAfterMs = 5 * 60_000;

/**
 * The messages that wait in a standard queue, in the order in which SQS fair queues return them: those of quiet groups
 * first, by their arrival; then those of the noisy group with the fewest messages in flight. A noisy group is quiet
 * again when its backlog is drained, or when it has sent nothing for five minutes.
 *
 * `push`, `shift`, `length` and iteration are those of the array that it replaces.
 */
export class FairBacklog<Message extends GroupedMessage> {
  /** All messages in order of arrival but those that were passed over. */
  #inOrder = new Fifo<Waiting<Message>>();
  readonly #groups = new Map<string, Group<Message>>();
  readonly #noisy = new Map<string, Group<Message>>();
  readonly #shares: Pick<ConsumerShares, "isNoisy" | "inFlight">;
  readonly #now: () => number;
  #arrivals = 0;
  #length = 0;

  constructor(shares: Pick<ConsumerShares, "isNoisy" | "inFlight">, now: () => number) {
    this.#shares = shares;
    this.#now = now;
  }

  get length(): number {
    return this.#length;
  }

  push(message: Message): void {
    this.#length += 1;
    const waiting = { message, arrival: this.#arrivals++ };
    const { messageGroupId } = message;
    if (messageGroupId === undefined) {
      this.#inOrder.push(waiting);
      return;
    }
    const group = this.#groups.get(messageGroupId) ?? { waiting: 0, sentAt: 0, passedOver: null };
    group.waiting += 1;
    group.sentAt = Math.max(group.sentAt, message.sentTimestamp);
    this.#groups.set(messageGroupId, group);
    (group.passedOver ?? this.#inOrder).push(waiting);
  }

  /** Takes out the message to return next; undefined when none waits. */
  shift(): Message | undefined {
    this.#forgiveSilent();
    const next = this.#nextQuiet() ?? this.#nextNoisy();
    if (next === undefined) return undefined;
    this.#length -= 1;
    this.#left(next.message.messageGroupId);
    return next.message;
  }

  *[Symbol.iterator](): Iterator<Message> {
    const lists = [this.#inOrder, ...[...this.#noisy.values()].flatMap(({ passedOver }) => passedOver ?? [])];
    const all = lists.flatMap((list) => [...list]).sort((left, right) => left.arrival - right.arrival);
    for (const { message } of all) yield message;
  }

  /** Each message is passed over once at most, so that a long backlog costs nothing more at the next call. */
  #nextQuiet(): Waiting<Message> | undefined {
    for (let next = this.#inOrder.shift(); next !== undefined; next = this.#inOrder.shift()) {
      const name = next.message.messageGroupId;
      const group = name === undefined ? undefined : this.#groups.get(name);
      if (name === undefined || group === undefined) return next;
      if (group.passedOver === null && !this.#shares.isNoisy(name)) return next;
      group.passedOver ??= new Fifo();
      group.passedOver.push(next);
      this.#noisy.set(name, group);
    }
    return undefined;
  }

  #nextNoisy(): Waiting<Message> | undefined {
    const [first] = [...this.#noisy]
      .map(([name, group]) => ({ group, inFlight: this.#shares.inFlight(name) }))
      .sort((left, right) => left.inFlight - right.inFlight);
    return first?.group.passedOver?.shift();
  }

  #left(name: string | undefined): void {
    const group = name === undefined ? undefined : this.#groups.get(name);
    if (name === undefined || group === undefined) return;
    group.waiting -= 1;
    if (group.waiting > 0) return;
    this.#groups.delete(name);
    this.#noisy.delete(name);
  }

  #forgiveSilent(): void {
    const oldest = this.#now() - quietAfterMs;
    for (const [name, group] of this.#noisy) {
      if (group.sentAt > oldest || group.passedOver === null) continue;
      this.#noisy.delete(name);
      const together = [...this.#inOrder, ...group.passedOver].sort((left, right) => left.arrival - right.arrival);
      group.passedOver = null;
      this.#inOrder = new Fifo();
      for (const waiting of together) this.#inOrder.push(waiting);
    }
  }
}

/** A queue whose `shift` takes the same time at any length, which an array's does not. */
class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}

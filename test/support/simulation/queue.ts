import type { VirtualClock } from "./clock.ts";

export type SimulatedQueueOptions = {
  readonly clock: VirtualClock;
  random(): number;
  readonly visibilitySeconds: number;
  readonly maxReceives: number;
  /** The most concurrent invocations. */
  readonly concurrency: number;
  /** Share of the messages that are delivered twice. */
  readonly duplicateShare: number;
};

type Message<T> = { readonly body: T; receives: number };

/** Handles a batch. Returns for each message whether it failed. Rejects if the function crashed. */
export type BatchConsumer<T> = (batch: readonly T[]) => Promise<readonly boolean[]>;

/**
 * A queue with the guarantees of SQS: delivery at least once, in no order, with delays, visibility timeouts and dead
 * letters; and the function that consumes it.
 */
export class SimulatedQueue<T> {
  readonly #options: SimulatedQueueOptions;
  readonly #visible: Message<T>[] = [];
  #running = 0;
  #waiting = 0;
  consumer: BatchConsumer<T> = async () => [];
  readonly deadLetters: T[] = [];

  constructor(options: SimulatedQueueOptions) {
    this.#options = options;
  }

  /** Number of messages that are waiting, visible or being handled. Dead letters do not count. */
  get pending(): number {
    return this.#visible.length + this.#waiting + this.#running;
  }

  /** Sends dead letters again, as an operator does. */
  redrive(): void {
    for (const body of this.deadLetters.splice(0)) this.send(body, 0);
  }

  send(body: T, delaySeconds: number): void {
    const { clock, random, duplicateShare } = this.#options;
    const copies = random() < duplicateShare ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const latency = 5 + random() * 40 + copy * random() * 20_000;
      this.#appear({ body, receives: 0 }, clock.now().getTime() + delaySeconds * 1_000 + latency);
    }
  }

  #appear(message: Message<T>, at: number): void {
    this.#waiting += 1;
    this.#options.clock.schedule(at, () => {
      this.#waiting -= 1;
      this.#insert(message);
      this.#poll();
    });
  }

  /** Inserts a message at a random position, because SQS does not keep the order. */
  #insert(message: Message<T>): void {
    const at = Math.floor(this.#options.random() * (this.#visible.length + 1));
    const other = this.#visible[at];
    this.#visible[at] = message;
    if (other !== undefined) this.#visible.push(other);
  }

  #poll(): void {
    const { clock, concurrency, visibilitySeconds, maxReceives } = this.#options;
    while (this.#running < concurrency && this.#visible.length > 0) {
      const batch = this.#visible.splice(-10);
      this.#running += 1;
      const received = clock.now().getTime();
      const settle = (failed: (at: number) => boolean) => {
        this.#running -= 1;
        for (const [at, message] of batch.entries()) {
          if (!failed(at)) continue;
          message.receives += 1;
          if (message.receives >= maxReceives) this.deadLetters.push(message.body);
          else this.#appear(message, received + visibilitySeconds * 1_000);
        }
        this.#poll();
      };
      this.consumer(batch.map(({ body }) => body)).then(
        (failures) => settle((at) => failures[at] === true),
        () => settle(() => true),
      );
    }
  }
}

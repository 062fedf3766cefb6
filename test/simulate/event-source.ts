import type { SimulationLoop } from "./event-loop.ts";
import type { FairQueue, QueuedMessage } from "./fair-queue.ts";

/**
 * How Lambda scales on a standard queue: five batches at first, then up to 300 more a minute ("Configuring scaling
 * behavior for SQS event source mappings" in its developer guide).
 */
const firstInstances = 5;
const moreEachSecond = 5;

/** A receive and the start of an invocation, in milliseconds: an assumption. */
const receiveMs = 8;

export type EventSourceSettings = { readonly batchSize: number; readonly maxConcurrency: number };

/** Handles a batch in one instance, and calls `done` with the messages to delete and those that failed. */
export type BatchHandler<T> = (
  instance: number,
  batch: readonly QueuedMessage<T>[],
  done: (outcome: {
    readonly handled: readonly QueuedMessage<T>[];
    readonly failed: readonly QueuedMessage<T>[];
  }) => void,
) => void;

/** An SQS event source mapping: instances that receive, handle and delete, as many as Lambda would start. */
export class EventSource<T> {
  readonly #loop: SimulationLoop;
  readonly #queue: FairQueue<T>;
  readonly #settings: EventSourceSettings;
  readonly #handle: BatchHandler<T>;
  readonly #idle: number[] = [];
  #instances = 0;
  #isGrowing = false;

  constructor(loop: SimulationLoop, queue: FairQueue<T>, settings: EventSourceSettings, handle: BatchHandler<T>) {
    this.#loop = loop;
    this.#queue = queue;
    this.#settings = settings;
    this.#handle = handle;
    queue.onMessage = () => this.#wake();
    this.#add(Math.min(firstInstances, settings.maxConcurrency));
  }

  #add(count: number): void {
    for (let added = 0; added < count; added++) this.#idle.push(this.#instances++);
    this.#wake();
  }

  #wake(): void {
    while (this.#idle.length > 0 && this.#queue.hasMessages) {
      const instance = this.#idle.pop();
      const batch = this.#queue.receive(this.#settings.batchSize);
      if (instance === undefined) return;
      if (batch.length === 0) {
        // A receive at the limit of messages in flight returns nothing: receive again later.
        this.#loop.after(1_000, () => this.#release(instance));
        return;
      }
      this.#loop.after(receiveMs, () => this.#run(instance, batch));
    }
    if (this.#queue.hasMessages) this.#grow();
  }

  #run(instance: number, batch: readonly QueuedMessage<T>[]): void {
    this.#handle(instance, batch, ({ handled, failed }) => {
      for (const message of handled) this.#queue.delete(message);
      for (const message of failed) this.#queue.fail(message);
      this.#release(instance);
    });
  }

  #release(instance: number): void {
    this.#idle.push(instance);
    this.#wake();
  }

  #grow(): void {
    if (this.#isGrowing || this.#instances >= this.#settings.maxConcurrency) return;
    this.#isGrowing = true;
    this.#loop.after(1_000, () => {
      this.#isGrowing = false;
      if (this.#queue.hasMessages) {
        this.#add(Math.min(moreEachSecond, this.#settings.maxConcurrency - this.#instances));
      }
    });
  }
}

/** A clock that jumps to whatever happens next, so that days of waiting take as long as the work in them. */
export class VirtualClock {
  #now: number;
  #order = 0;
  readonly #timers: Timer[] = [];

  constructor(start: Date) {
    this.#now = start.getTime();
  }

  readonly now = (): Date => new Date(this.#now);

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => this.at(this.#now + milliseconds, resolve));

  /** Has something happen at a time (Unix milliseconds). */
  at(time: number, run: () => void): void {
    this.#order += 1;
    insert(this.#timers, { time: Math.max(time, this.#now), order: this.#order, run });
  }

  /** Runs until nothing is left to happen, or the time comes. Throws what work that was not awaited threw. */
  async run(until = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#timers[0];
      if (next === undefined || next.time > until) return;
      this.#now = next.time;
      // All of one moment happens at once, in the order in which it was asked for.
      while (this.#timers[0]?.time === this.#now) removeFirst(this.#timers)?.run();
    }
  }
}

type Timer = { readonly time: number; readonly order: number; run(): void };

function isBefore(left: Timer, right: Timer): boolean {
  return left.time < right.time || (left.time === right.time && left.order < right.order);
}

/** A binary heap: the first timer is the next one. */
function insert(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || isBefore(above, timer)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = timer;
}

function removeFirst(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const child = left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
    const below = heap[child];
    if (below === undefined || isBefore(last, below)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}

/** What happens at a time (Unix milliseconds). Timers of the same time run in the order in which they were added. */
export type HeapTimer = { readonly time: number; readonly order: number; run(): void };

function isBefore(left: HeapTimer, right: HeapTimer): boolean {
  return left.time < right.time || (left.time === right.time && left.order < right.order);
}

/** A binary heap of timers: the first is the next one. */
export class TimerHeap {
  readonly #heap: HeapTimer[] = [];
  #order = 0;

  get next(): HeapTimer | undefined {
    return this.#heap[0];
  }

  add(time: number, run: () => void): void {
    this.#order += 1;
    const timer: HeapTimer = { time, order: this.#order, run };
    const heap = this.#heap;
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

  removeFirst(): HeapTimer | undefined {
    const heap = this.#heap;
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
}

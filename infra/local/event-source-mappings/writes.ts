import { setTimeout as delay } from "node:timers/promises";

/** Tells those who follow a stream that there may be something new in it, so that nobody has to look all the time. */
export interface Writes {
  /** So many were made up to now. */
  count(): number;
  /** To be called after each operation on a table. */
  made(operation: string): void;
  /** Waits until more than `count` were made; false when none was within so long, or when aborted. */
  after(count: number, withinMs: number, signal: AbortSignal): Promise<boolean>;
}

export function countWrites(): Writes {
  let count = 0;
  let next = Promise.withResolvers<void>();
  return {
    count: () => count,
    made(operation) {
      if (!/^(Put|Update|Delete|BatchWrite|TransactWrite|Execute|BatchExecute)/.test(operation)) return;
      count += 1;
      next.resolve();
      next = Promise.withResolvers();
    },
    async after(seen, withinMs, signal) {
      if (count !== seen) return true;
      const done = new AbortController();
      const timer = delay(withinMs, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(() => {});
      await Promise.race([next.promise, timer]);
      done.abort();
      return count !== seen;
    },
  };
}

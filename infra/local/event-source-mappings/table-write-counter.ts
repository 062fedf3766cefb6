import { setTimeout as delay } from "node:timers/promises";

/** Counts table writes, so that stream pollers need not poll while nothing is written. */
export type WriteCounter = {
  /** Number of writes so far. */
  count(): number;
  /** Call it after each table operation. */
  record(operation: string): void;
  /** Waits for writes beyond `count`. Returns false after `withinMs` without one, or when aborted. */
  waitForMore(count: number, withinMs: number, signal: AbortSignal): Promise<boolean>;
};

export function createWriteCounter(): WriteCounter {
  let count = 0;
  let next = Promise.withResolvers<void>();
  return {
    count: () => count,
    record(operation) {
      if (!/^(Put|Update|Delete|BatchWrite|TransactWrite|Execute|BatchExecute)/.test(operation)) return;
      count += 1;
      next.resolve();
      next = Promise.withResolvers();
    },
    async waitForMore(seen, withinMs, signal) {
      if (count !== seen) return true;
      const done = new AbortController();
      const timer = delay(withinMs, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(() => {});
      await Promise.race([next.promise, timer]);
      done.abort();
      return count !== seen;
    },
  };
}

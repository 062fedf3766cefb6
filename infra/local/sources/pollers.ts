import { setTimeout as delay } from "node:timers/promises";

interface Options<Item> {
  /** Pollers at once at most. */
  readonly limit: number;
  /** Waits for items; none after a while without. */
  receive(signal: AbortSignal): Promise<readonly Item[]>;
  deliver(items: readonly Item[]): Promise<void>;
  onError(error: unknown): void;
}

const afterErrorMs = 1_000;

/**
 * Receives and delivers until aborted, as often at once as there is something to deliver. Only one poller waits, as the
 * queue wakes all that wait for each message: whoever receives something has the next one wait.
 */
export async function runPollers<Item>(options: Options<Item>, signal: AbortSignal): Promise<void> {
  const { limit, receive, deliver, onError } = options;
  const pollers = new Set<Promise<void>>();
  let waiting = 0;

  function addPoller(): void {
    const poller = poll().finally(() => pollers.delete(poller));
    pollers.add(poller);
  }

  async function next(): Promise<readonly Item[]> {
    waiting += 1;
    try {
      return await receive(signal);
    } finally {
      waiting -= 1;
    }
  }

  async function poll(): Promise<void> {
    while (!signal.aborted) {
      try {
        const items = await next();
        if (items.length === 0 && waiting > 0) return;
        if (items.length > 0 && waiting === 0 && pollers.size < limit) addPoller();
        if (items.length > 0) await deliver(items);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await delay(afterErrorMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  addPoller();
  while (pollers.size > 0) await Promise.all(pollers);
}

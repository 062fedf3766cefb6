import { setTimeout as delay } from "node:timers/promises";
import { type AdaptiveLimit, periodMs } from "./adaptive-limit.ts";

type PollersOptions<Item> = {
  /** Maximum number of concurrent pollers. A poller delivers what it received before it receives more. */
  readonly limit: AdaptiveLimit;
  /** Waits for items; none after a while without. */
  receive(signal: AbortSignal): Promise<readonly Item[]>;
  deliver(items: readonly Item[]): Promise<void>;
  onError(error: unknown): void;
};

const afterErrorMs = 1_000;

/**
 * Receives and delivers with concurrent pollers, up to the limit, until aborted. Only one poller waits for messages at
 * a time, because the queue wakes all waiting pollers for each message; the next one waits when it has received some.
 */
export async function runPollers<Item>(options: PollersOptions<Item>, signal: AbortSignal): Promise<void> {
  const { limit: admission, receive, deliver, onError } = options;
  const pollers = new Set<Promise<void>>();
  let active = 0;
  let waiting = 0;
  let review: NodeJS.Timeout | undefined;

  /** Starts another poller while all others deliver, immediately or when the limit allows it. */
  function keepWaiting(): void {
    if (signal.aborted || waiting > 0) return;
    if (active < admission.current(active)) addPoller();
    else reviewLater();
  }

  function reviewLater(): void {
    review ??= setTimeout(() => {
      review = undefined;
      keepWaiting();
    }, periodMs);
  }

  function addPoller(): void {
    active += 1;
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

  /** True for a poller that is one too many, be it as another one waits already: it counts no longer. */
  function leaves(): boolean {
    if (active === 1 || (waiting === 0 && active <= admission.current(active))) return false;
    active -= 1;
    return true;
  }

  async function poll(): Promise<void> {
    do {
      try {
        const items = await next();
        if (items.length === 0) continue;
        keepWaiting();
        await deliver(items);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await delay(afterErrorMs, undefined, { signal }).catch(() => {});
      }
    } while (!signal.aborted && !leaves());
  }

  addPoller();
  while (pollers.size > 0) await Promise.all(pollers);
  clearTimeout(review);
}

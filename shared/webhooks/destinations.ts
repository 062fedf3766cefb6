import { hostOf, isLoopbackHost } from "./endpoint-url.ts";

/** Sends to one host are counted in windows of this length. */
const windowMs = 10_000;

/** Sends of one instance to a host in a window that are not counted: most hosts are sent no more, and cost no write. */
const uncountedSends = 10;

/** Sends that an instance counts at once: one write for so many keeps the host's item from becoming hot. */
const sendsOfLease = 50;

export type DestinationStore = {
  /** Counts sends to a host in a window, which is named by its start; `false`, and counts none, beyond `limit`. */
  count(host: string, window: Date, sends: number, limit: number): Promise<boolean>;
};

type Budget = { used: number; granted: number; isExhausted: boolean; asking: Promise<void> | null };

/**
 * Bounds how much is sent to one host, over all organisations and instances: whoever subscribes a host need not own it.
 * An instance takes its share of the host's budget in leases, for one window.
 */
export class Destinations {
  readonly #store: DestinationStore;
  readonly #limit: number;
  readonly #now: () => Date;
  #window = Number.NaN;
  #budgets = new Map<string, Budget>();

  constructor(store: DestinationStore, sendsPerSecond: number, now: () => Date) {
    this.#store = store;
    this.#limit = (sendsPerSecond * windowMs) / 1_000;
    this.#now = now;
  }

  /** Takes one send to the host of a URL; `false` if the host is sent no more in this window. Throws as the store does. */
  async take(url: string): Promise<boolean> {
    const host = destinationOf(url);
    for (;;) {
      const budget = this.#budgetOf(host);
      if (budget.used < budget.granted) {
        budget.used += 1;
        return true;
      }
      if (budget.isExhausted) return false;
      budget.asking ??= this.#lease(host, budget);
      await budget.asking;
    }
  }

  /** When the next window begins (Unix milliseconds). */
  windowEnd(): number {
    return this.#windowNow() + windowMs;
  }

  #windowNow(): number {
    return Math.floor(this.#now().getTime() / windowMs) * windowMs;
  }

  #budgetOf(host: string): Budget {
    const window = this.#windowNow();
    if (window !== this.#window) this.#budgets = new Map();
    this.#window = window;
    const known = this.#budgets.get(host);
    if (known !== undefined) return known;
    const budget = { used: 0, granted: uncountedSends, isExhausted: false, asking: null };
    this.#budgets.set(host, budget);
    return budget;
  }

  async #lease(host: string, budget: Budget): Promise<void> {
    try {
      const isGranted = await this.#store.count(host, new Date(this.#window), sendsOfLease, this.#limit);
      if (isGranted) budget.granted += sendsOfLease;
      else budget.isExhausted = true;
    } finally {
      budget.asking = null;
    }
  }
}

/** What sends are counted by: the name or address of a URL. On a laptop each port is a receiver of its own. */
export function destinationOf(url: string): string {
  const parsed = new URL(url);
  const host = hostOf(parsed);
  return isLoopbackHost(host) ? parsed.host : host;
}

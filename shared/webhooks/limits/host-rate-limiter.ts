/** Requests to one host are counted in windows of this length. */
const windowMs = 10_000;

/** Requests of an instance to a host in a window that are not counted: most hosts receive no more, and cost no write. */
const uncountedSends = 10;

/** Requests that an instance counts with one write, so that the item of a host is not throttled. */
const sendsPerLease = 50;

/** The part of a host's limit that one organisation may use, so that others can always send, too. */
const orgShare = 0.5;

export type HostCounterStore = {
  /**
   * Counts requests to a host, or of one organisation to it, in the window that starts then. Returns `false`, and counts
   * none, beyond `limit`.
   */
  increment(counter: string, window: Date, sends: number, limit: number): Promise<boolean>;
};

type Budget = { used: number; granted: number; isExhausted: boolean; pendingLease: Promise<void> | null };

/**
 * Limits the requests to one host, of each organisation and of all, over all instances: the subscriber of a host need
 * not own it. An instance leases its part of a budget for one window.
 */
export class HostRateLimiter {
  readonly #store: HostCounterStore;
  readonly #limit: number;
  readonly #now: () => Date;
  #window = Number.NaN;
  #budgets = new Map<string, Budget>();

  constructor(store: HostCounterStore, sendsPerSecond: number, now: () => Date) {
    this.#store = store;
    this.#limit = (sendsPerSecond * windowMs) / 1_000;
    this.#now = now;
  }

  /** Returns whether an organisation may send one more request to a host in this window. Throws the store's errors. */
  async tryAcquire(host: string, orgId: string): Promise<boolean> {
    const limitOfOrg = Math.max(sendsPerLease, this.#limit * orgShare);
    // A request that the host's limit then refuses stays counted for the organisation: the next would be refused, too.
    return (await this.#acquireFrom(`${host}#${orgId}`, limitOfOrg)) && (await this.#acquireFrom(host, this.#limit));
  }

  async #acquireFrom(counter: string, limit: number): Promise<boolean> {
    for (;;) {
      const budget = this.#budgetOf(counter);
      if (budget.used < budget.granted) {
        budget.used += 1;
        return true;
      }
      if (budget.isExhausted) return false;
      budget.pendingLease ??= this.#lease(counter, limit, budget);
      await budget.pendingLease;
    }
  }

  /** Returns when the next window begins (Unix milliseconds). */
  windowEnd(): number {
    return this.#currentWindow() + windowMs;
  }

  #currentWindow(): number {
    return Math.floor(this.#now().getTime() / windowMs) * windowMs;
  }

  #budgetOf(counter: string): Budget {
    const window = this.#currentWindow();
    if (window !== this.#window) this.#budgets = new Map();
    this.#window = window;
    const known = this.#budgets.get(counter);
    if (known !== undefined) return known;
    const budget = { used: 0, granted: uncountedSends, isExhausted: false, pendingLease: null };
    this.#budgets.set(counter, budget);
    return budget;
  }

  async #lease(counter: string, limit: number, budget: Budget): Promise<void> {
    try {
      const isGranted = await this.#store.increment(counter, new Date(this.#window), sendsPerLease, limit);
      if (isGranted) budget.granted += sendsPerLease;
      else budget.isExhausted = true;
    } finally {
      budget.pendingLease = null;
    }
  }
}

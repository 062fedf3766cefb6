import { hostOf, isLoopbackHost } from "#shared/webhooks/endpoints/endpoint-url.ts";

/** Sends to one host are counted in windows of this length. */
const windowMs = 10_000;

/** Sends of one instance to a host, and of one organisation to it, in a window that are not counted: most hosts are sent no more, and cost no write. */
const uncountedSends = 10;

/** Sends that an instance counts at once: one write for so many keeps the host's item from becoming hot. */
const sendsOfLease = 50;

/** The part of what a host is sent that one organisation may use: others can always send, too. */
const shareOfOrg = 0.5;

export type DestinationStore = {
  /**
   * Counts sends to a host, or of one organisation to it, in a window, which is named by its start; `false`, and counts
   * none, beyond `limit`.
   */
  count(destination: string, window: Date, sends: number, limit: number): Promise<boolean>;
};

type Budget = { used: number; granted: number; isExhausted: boolean; asking: Promise<void> | null };

/**
 * Bounds how much is sent to one host, by each organisation and by all, over all instances: whoever subscribes a host
 * need not own it. An instance takes its share of a budget in leases, for one window.
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

  /**
   * Takes one send of an organisation to the host of a URL; `false` if the host is sent no more in this window, or no
   * more of this organisation. Throws as the store does.
   */
  async take(url: string, orgId: string): Promise<boolean> {
    const host = destinationOf(url);
    const limitOfOrg = Math.max(sendsOfLease, this.#limit * shareOfOrg);
    // What the host then refuses stays counted for the organisation: it would be refused again in this window.
    return (await this.#takeOf(`${host}#${orgId}`, limitOfOrg)) && (await this.#takeOf(host, this.#limit));
  }

  async #takeOf(destination: string, limit: number): Promise<boolean> {
    for (;;) {
      const budget = this.#budgetOf(destination);
      if (budget.used < budget.granted) {
        budget.used += 1;
        return true;
      }
      if (budget.isExhausted) return false;
      budget.asking ??= this.#lease(destination, limit, budget);
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

  #budgetOf(destination: string): Budget {
    const window = this.#windowNow();
    if (window !== this.#window) this.#budgets = new Map();
    this.#window = window;
    const known = this.#budgets.get(destination);
    if (known !== undefined) return known;
    const budget = { used: 0, granted: uncountedSends, isExhausted: false, asking: null };
    this.#budgets.set(destination, budget);
    return budget;
  }

  async #lease(destination: string, limit: number, budget: Budget): Promise<void> {
    try {
      const isGranted = await this.#store.count(destination, new Date(this.#window), sendsOfLease, limit);
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

import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import { readCost, toRequestCount } from "./read-cost.ts";
import type { ReadLease } from "./read-lease.ts";

/** What a request owes beyond the one request that was counted when it came in. */
export type ReadCharge = {
  readonly requests: number;
  /** The lease that ends with the charge; `null` where the request held none. */
  readonly lease: ReadLease | null;
};

export type RequestMeterPorts = {
  /** Resolves once the caller was let in, and rejects where it was refused. */
  readonly admitted: Promise<unknown>;
  /**
   * Takes one of the token's leases for expensive requests. Throws `ActivityError` `rate_limited` where all are taken.
   */
  acquireLease(): Promise<ReadLease>;
  /** Whether the token is known to have none left, so that an expensive request is better refused before it reads. */
  hasNoLeaseLeft(): boolean;
  now(): Date;
};

/**
 * Counts what one request reads. It reads on beyond a bound only while it holds one of its token's few leases. What
 * reads that are under way will consume is estimated, so that reads side by side do not all begin below the bound.
 */
export class RequestMeter implements ReadMeter {
  readonly #ports: RequestMeterPorts;
  readonly #started: number;
  #units = 0;
  #ended = 0;
  #underWay = 0;
  #nextEnd = Promise.withResolvers<void>();
  #lease: Promise<ReadLease> | null = null;

  constructor(ports: RequestMeterPorts) {
    this.#ports = ports;
    this.#started = ports.now().getTime();
  }

  async next(): Promise<void> {
    // One that has ended tells more than the estimate does, and mostly leaves room.
    while (this.#lease === null && this.#isBeyond() && this.#underWay > 0) await this.#nextEnd.promise;
    if (this.#lease !== null || this.#isBeyond()) await this.#readOn();
    this.#underWay += 1;
  }

  add(units: number): void {
    this.#units += units;
    this.#ended += 1;
    this.#underWay = Math.max(0, this.#underWay - 1);
    this.#nextEnd.resolve();
    this.#nextEnd = Promise.withResolvers();
  }

  /** What is owed for all that was read; `null` where nothing is. To be asked once reading has ended. */
  async charge(): Promise<ReadCharge | null> {
    const lease = this.#lease === null ? null : await this.#lease.catch(() => null);
    const requests = toRequestCount(this.#units) - 1;
    return requests === 0 && lease === null ? null : { requests, lease };
  }

  /** Whether one read more would go beyond what is read without a lease. */
  #isBeyond(): boolean {
    const estimate = this.#ended === 0 ? readCost.firstReadUnits : this.#units / this.#ended;
    const bound = this.#ports.hasNoLeaseLeft() ? readCost.plainUnits : readCost.expensiveUnits;
    return this.#units + (this.#underWay + 1) * estimate > bound;
  }

  async #readOn(): Promise<void> {
    if (this.#ports.now().getTime() - this.#started > readCost.longestMs) {
      throw new ActivityError("unavailable", "The answer took too long.", { retryAfter: 2 });
    }
    this.#lease ??= this.#take();
    await this.#lease;
  }

  async #take(): Promise<ReadLease> {
    // Reads begin beside authentication: nothing is written for a caller that is not let in.
    await this.#ports.admitted;
    return this.#ports.acquireLease();
  }
}

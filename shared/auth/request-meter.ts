import { ActivityError } from "#shared/errors.ts";
import type { ReadMeter } from "#shared/events/query/query.ts";
import type { ExpensiveReadLease } from "./expensive-read-lease.ts";
import { readCost, toRequestCount } from "./rate-limit-cost.ts";

/** The charge of a request beyond the one request that is counted when it arrives. */
export type ReadCharge = {
  readonly requests: number;
  /** The lease to release with the charge; `null` if the request has no lease. */
  readonly lease: ExpensiveReadLease | null;
};

export type RequestMeterPorts = {
  /** Resolves once the caller is authorized; rejects if it is not. */
  readonly admitted: Promise<unknown>;
  /** Acquires a lease for an expensive request. Throws `ActivityError` `rate_limited` if all are taken. */
  acquireLease(): Promise<ExpensiveReadLease>;
  /** Whether the token is known to have no lease left, so that an expensive request is rejected before it reads. */
  hasNoLeaseLeft(): boolean;
  now(): Date;
};

/**
 * Counts the read units of one request, which needs one of its token's few leases to read beyond a bound. The cost of
 * running reads is estimated, so that concurrent reads do not all start below the bound.
 */
export class RequestMeter implements ReadMeter {
  readonly #ports: RequestMeterPorts;
  readonly #started: number;
  #units = 0;
  #ended = 0;
  #running = 0;
  #nextEnd = Promise.withResolvers<void>();
  #lease: Promise<ExpensiveReadLease> | null = null;

  constructor(ports: RequestMeterPorts) {
    this.#ports = ports;
    this.#started = ports.now().getTime();
  }

  async next(): Promise<void> {
    // The actual cost of a finished read is better than the estimate, and mostly lower.
    while (this.#lease === null && this.#isBeyond() && this.#running > 0) await this.#nextEnd.promise;
    if (this.#lease !== null || this.#isBeyond()) await this.#assertMayContinue();
    this.#running += 1;
  }

  add(units: number): void {
    this.#units += units;
    this.#ended += 1;
    this.#running = Math.max(0, this.#running - 1);
    this.#nextEnd.resolve();
    this.#nextEnd = Promise.withResolvers();
  }

  /** Returns the charge for all reads, `null` if nothing is to be charged. Call it after the last read. */
  async charge(): Promise<ReadCharge | null> {
    const lease = this.#lease === null ? null : await this.#lease.catch(() => null);
    const requests = toRequestCount(this.#units) - 1;
    return requests === 0 && lease === null ? null : { requests, lease };
  }

  /** Whether another read would exceed the bound of reads without a lease. */
  #isBeyond(): boolean {
    const estimate = this.#ended === 0 ? readCost.firstReadUnits : this.#units / this.#ended;
    const bound = this.#ports.hasNoLeaseLeft() ? readCost.plainUnits : readCost.expensiveUnits;
    return this.#units + (this.#running + 1) * estimate > bound;
  }

  async #assertMayContinue(): Promise<void> {
    if (this.#ports.now().getTime() - this.#started > readCost.longestMs) {
      throw new ActivityError("unavailable", "The query took too long. Retry, or narrow it.", { retryAfter: 2 });
    }
    this.#lease ??= this.#acquire();
    await this.#lease;
  }

  async #acquire(): Promise<ExpensiveReadLease> {
    // Reads begin during authentication: write nothing for a caller that is not authorized.
    await this.#ports.admitted;
    return this.#ports.acquireLease();
  }
}

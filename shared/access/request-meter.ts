import { ActivityError } from "../events/errors.ts";
import type { ReadMeter } from "../events/query.ts";
import { readCost, requestsFor } from "./read-cost.ts";

/** What a request owes beyond the one request that was counted when it came in. */
export type Charge = {
  readonly requests: number;
  /** The lease that ends with the charge; `null` where the request held none. */
  readonly lease: number | null;
};

export type MeterPorts = {
  /** Resolves once the caller was let in, and rejects where it was refused. */
  readonly admitted: Promise<unknown>;
  /** Takes one of the token's leases for expensive requests; `null` where all are taken. */
  lease(): Promise<number | null>;
  now(): Date;
};

/** Counts what one request reads. It reads on beyond a bound only while it holds one of its token's few leases. */
export class RequestMeter implements ReadMeter {
  readonly #ports: MeterPorts;
  readonly #started: number;
  #units = 0;
  #lease: Promise<number> | null = null;

  constructor(ports: MeterPorts) {
    this.#ports = ports;
    this.#started = ports.now().getTime();
  }

  async next(): Promise<void> {
    if (this.#units <= readCost.expensiveUnits) return;
    if (this.#ports.now().getTime() - this.#started > readCost.longestMs) {
      throw new ActivityError("unavailable", "The answer took too long.", { retryAfter: 2 });
    }
    this.#lease ??= this.#take();
    await this.#lease;
  }

  add(units: number): void {
    this.#units += units;
  }

  /** What is owed for all that was read; `null` where nothing is. To be asked once reading has ended. */
  async charge(): Promise<Charge | null> {
    const lease = this.#lease === null ? null : await this.#lease.catch(() => null);
    const requests = requestsFor(this.#units) - 1;
    return requests === 0 && lease === null ? null : { requests, lease };
  }

  async #take(): Promise<number> {
    // Reads begin beside authentication: nothing is written for a caller that is not let in.
    await this.#ports.admitted;
    const lease = await this.#ports.lease();
    if (lease !== null) return lease;
    const message = `${readCost.atOnce} requests of this token that read much are under way: wait for one to end.`;
    throw new ActivityError("rate_limited", message, { retryAfter: 2 });
  }
}

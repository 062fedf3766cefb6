// See "How Amazon SQS fair queues work" in the SQS Developer Guide for the two shares and their thresholds.
const noisyShare = 0.1;
const noisyInFlight = 30;

/** AWS speaks of the recent share and does not say how recent: here older time counts for less by this half-life. */
const halfLifeMs = 60_000;
const sweepEvery = 1_000;

type Group = {
  inFlight: number;
  /** Processing time in milliseconds, as of `at`. */
  processing: number;
  at: number;
};

/** The share of a queue's consumers that each message group uses: messages in flight, and recent processing time. */
export class ConsumerShares {
  readonly #groups = new Map<string, Group>();
  readonly #all: Group = { inFlight: 0, processing: 0, at: 0 };
  readonly #now: () => number;
  #ended = 0;

  /** `now` returns milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A message was received. One without a group counts for the total only, as a tenant of its own. */
  begin(group: string | undefined): void {
    this.#all.inFlight += 1;
    if (group === undefined) return;
    const known = this.#groups.get(group) ?? { inFlight: 0, processing: 0, at: this.#now() };
    known.inFlight += 1;
    this.#groups.set(group, known);
  }

  /** A message that was received so long ago is deleted, or back in the queue. */
  end(group: string | undefined, heldMs: number): void {
    const now = this.#now();
    this.#all.inFlight -= 1;
    spend(this.#all, heldMs, now);
    const known = group === undefined ? undefined : this.#groups.get(group);
    if (group === undefined || known === undefined) return;
    known.inFlight -= 1;
    spend(known, heldMs, now);
    this.#ended += 1;
    if (this.#ended % sweepEvery === 0) this.#forgetIdle(now);
  }

  inFlight(group: string): number {
    return this.#groups.get(group)?.inFlight ?? 0;
  }

  /** True for a group that takes a disproportionate share of the consumers right now. */
  isNoisy(group: string): boolean {
    const known = this.#groups.get(group);
    if (known === undefined) return false;
    const now = this.#now();
    if (known.inFlight >= noisyInFlight && known.inFlight > noisyShare * this.#all.inFlight) return true;
    return faded(known, now) > noisyShare * faded(this.#all, now);
  }

  /** Forgets the groups without messages in flight whose processing time has faded. */
  #forgetIdle(now: number): void {
    for (const [name, group] of this.#groups) {
      if (group.inFlight === 0 && faded(group, now) < 1) this.#groups.delete(name);
    }
  }
}

function faded({ processing, at }: Group, now: number): number {
  return processing * 0.5 ** ((now - at) / halfLifeMs);
}

function spend(group: Group, ms: number, now: number): void {
  group.processing = faded(group, now) + ms;
  group.at = now;
}

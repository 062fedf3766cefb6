import type { ConsumerShares } from "./consumer-shares.ts";
import type { GroupedMessage } from "./fair-backlog.ts";

type Received = {
  readonly message: GroupedMessage;
};

/** The messages in flight by their receipt handles, which keeps count of what each group holds and held. */
export class InFlight<Entry extends Received> extends Map<string, Entry> {
  readonly #since = new Map<string, number>();
  readonly #shares: Pick<ConsumerShares, "begin" | "end">;
  readonly #now: () => number;

  constructor(shares: Pick<ConsumerShares, "begin" | "end">, now: () => number) {
    super();
    this.#shares = shares;
    this.#now = now;
  }

  override set(handle: string, entry: Entry): this {
    if (!this.has(handle)) {
      this.#shares.begin(entry.message.messageGroupId);
      this.#since.set(handle, this.#now());
    }
    return super.set(handle, entry);
  }

  override delete(handle: string): boolean {
    const entry = this.get(handle);
    const since = this.#since.get(handle);
    if (entry !== undefined && since !== undefined) {
      this.#shares.end(entry.message.messageGroupId, this.#now() - since);
    }
    this.#since.delete(handle);
    return super.delete(handle);
  }

  override clear(): void {
    for (const handle of [...this.keys()]) this.delete(handle);
  }
}

import type { EndpointSource } from "./endpoint.ts";
import { hashOrg } from "./org-hash.ts";

/**
 * Which organisations have endpoints, or once had some. A shard is read when the first of its organisations is asked
 * for, and is kept as sorted fingerprints: four bytes an organisation. Two organisations with the same fingerprint
 * cost a needless read of a list, never a missed delivery.
 */
export class OrgPresence {
  readonly #source: Pick<EndpointSource, "orgsIn">;
  readonly #shards = new Map<number, Promise<Uint32Array>>();

  constructor(source: Pick<EndpointSource, "orgsIn">) {
    this.#source = source;
  }

  async has(orgId: string): Promise<boolean> {
    const { shard, fingerprint } = hashOrg(orgId);
    const known = this.#shards.get(shard) ?? this.#keep(shard, this.#read(shard));
    return contains(await known, fingerprint);
  }

  /** Notes an organisation that now has an endpoint. A shard that was not read yet will show it when it is. */
  add(orgId: string): void {
    const { shard, fingerprint } = hashOrg(orgId);
    const known = this.#shards.get(shard);
    if (known === undefined) return;
    this.#keep(
      shard,
      known.then((sorted) =>
        contains(sorted, fingerprint) ? sorted : new Uint32Array([...sorted, fingerprint]).sort(),
      ),
    );
  }

  clear(): void {
    this.#shards.clear();
  }

  async #read(shard: number): Promise<Uint32Array> {
    const orgIds = await this.#source.orgsIn(shard);
    return Uint32Array.from(orgIds, (orgId) => hashOrg(orgId).fingerprint).sort();
  }

  #keep(shard: number, sorted: Promise<Uint32Array>): Promise<Uint32Array> {
    this.#shards.set(shard, sorted);
    // A failed read is not remembered: the next caller reads again.
    sorted.catch(() => {
      if (this.#shards.get(shard) === sorted) this.#shards.delete(shard);
    });
    return sorted;
  }
}

/** Binary search. */
function contains(sorted: Uint32Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}

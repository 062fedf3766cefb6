import type { EndpointReader } from "./endpoint.ts";
import { hashOrg } from "./org-hash.ts";

/**
 * Caches which organisations have or had endpoints. A shard is read at the first query of one of its organisations and
 * kept as sorted fingerprints of four bytes. If two organisations have the same fingerprint, an empty list is read in
 * vain, but no delivery is missed.
 */
export class OrgFingerprintSet {
  readonly #source: Pick<EndpointReader, "listOrgIds">;
  readonly #shards = new Map<number, Promise<Uint32Array>>();

  constructor(source: Pick<EndpointReader, "listOrgIds">) {
    this.#source = source;
  }

  async has(orgId: string): Promise<boolean> {
    const { shard, fingerprint } = hashOrg(orgId);
    const cached = this.#shards.get(shard) ?? this.#store(shard, this.#read(shard));
    return contains(await cached, fingerprint);
  }

  /** Adds an organisation that now has an endpoint. A shard that is not cached yet will include it when it is read. */
  add(orgId: string): void {
    const { shard, fingerprint } = hashOrg(orgId);
    const cached = this.#shards.get(shard);
    if (cached === undefined) return;
    this.#store(
      shard,
      cached.then((sorted) =>
        contains(sorted, fingerprint) ? sorted : new Uint32Array([...sorted, fingerprint]).sort(),
      ),
    );
  }

  clear(): void {
    this.#shards.clear();
  }

  async #read(shard: number): Promise<Uint32Array> {
    const orgIds = await this.#source.listOrgIds(shard);
    return Uint32Array.from(orgIds, (orgId) => hashOrg(orgId).fingerprint).sort();
  }

  #store(shard: number, sorted: Promise<Uint32Array>): Promise<Uint32Array> {
    this.#shards.set(shard, sorted);
    // A failed read is not cached: the next call reads again.
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

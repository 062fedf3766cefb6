import { compareByAge, type EndpointReader, type EndpointSubscription } from "./endpoint.ts";

/** Approximate bytes of all lists. Beyond it, the least recently used lists are dropped. */
const defaultCapacity = 50_000_000;

/** Up to this number, changed endpoints are read one by one, which costs fewer read units than the whole list. */
const maxStale = 16;

type Entry = {
  readonly list: Promise<readonly EndpointSubscription[]>;
  /** Endpoints that changed after they were read. */
  readonly stale: Set<string>;
  bytes: number;
};

/**
 * Caches the endpoints of organisations, with bounded memory. Endpoints are read again only after they changed. Only
 * the fields that the fan-out needs are kept: no URL and no secret.
 */
export class EndpointListCache {
  readonly #source: Pick<EndpointReader, "list" | "get">;
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(source: Pick<EndpointReader, "list" | "get">, capacity = defaultCapacity) {
    this.#source = source;
    this.#capacity = capacity;
  }

  /** Returns the endpoints of an organisation, oldest first. */
  get(orgId: string): Promise<readonly EndpointSubscription[]> {
    const entry = this.#entries.get(orgId);
    if (entry === undefined) return this.#store(orgId, this.#readAll(orgId));
    if (entry.stale.size > 0) return this.#store(orgId, this.#readStale(orgId, entry));
    this.#entries.delete(orgId);
    this.#entries.set(orgId, entry);
    return entry.list;
  }

  /** Marks an endpoint to be read again at the next `get` of its organisation. */
  markChanged(orgId: string, endpointId: string): void {
    const entry = this.#entries.get(orgId);
    entry?.stale.add(endpointId);
    if (entry !== undefined && entry.stale.size > maxStale) this.#drop(orgId);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  async #readAll(orgId: string): Promise<readonly EndpointSubscription[]> {
    return (await this.#source.list(orgId)).map(subscriptionOf);
  }

  async #readStale(orgId: string, { list, stale }: Entry): Promise<readonly EndpointSubscription[]> {
    const ids = [...stale];
    const reads = Promise.all(ids.map((endpointId) => this.#source.get(orgId, endpointId)));
    const [cached, changed] = await Promise.all([list, reads]);
    const unchanged = cached.filter(({ endpoint_id }) => !ids.includes(endpoint_id));
    const existing = changed.filter((endpoint) => endpoint !== null).map(subscriptionOf);
    return [...unchanged, ...existing].sort(compareByAge);
  }

  #store(orgId: string, list: Promise<readonly EndpointSubscription[]>): Promise<readonly EndpointSubscription[]> {
    this.#drop(orgId);
    const entry: Entry = { list, stale: new Set(), bytes: 0 };
    this.#entries.set(orgId, entry);
    list.then(
      (endpoints) => this.#account(orgId, entry, endpoints),
      () => {
        // A failed read is not cached: the next call reads the whole list.
        if (this.#entries.get(orgId) === entry) this.#drop(orgId);
      },
    );
    return list;
  }

  #account(orgId: string, entry: Entry, endpoints: readonly EndpointSubscription[]): void {
    if (this.#entries.get(orgId) !== entry) return;
    entry.bytes = bytesOf(endpoints);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#capacity) return;
      this.#drop(oldest);
    }
  }

  #drop(orgId: string): void {
    this.#bytes -= this.#entries.get(orgId)?.bytes ?? 0;
    this.#entries.delete(orgId);
  }
}

function subscriptionOf({ endpoint_id, events, entity_id, created_at }: EndpointSubscription): EndpointSubscription {
  return { endpoint_id, events, entity_id, created_at };
}

/** Estimates the memory of a list: its texts, and a constant for each object. */
function bytesOf(endpoints: readonly EndpointSubscription[]): number {
  const filters = endpoints.flatMap(({ events }) => events);
  const texts = filters.reduce((sum, filter) => sum + 32 + filter.length, 0);
  return 500 + 300 * endpoints.length + texts;
}

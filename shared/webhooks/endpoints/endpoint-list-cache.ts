import { byAge, type EndpointSource, type Subscription } from "./endpoint.ts";

/** Rough bytes of all lists together: what was used least recently is dropped beyond it. */
const defaultCapacity = 50_000_000;

/** Changed endpoints of a list that are read one by one, which costs fewer units; a list with more is read whole. */
const maxStale = 16;

type Entry = {
  readonly list: Promise<readonly Subscription[]>;
  /** Endpoints that changed since they were read. */
  readonly stale: Set<string>;
  bytes: number;
};

/**
 * The endpoints of organisations, read once and then again only where they changed. Of each it keeps what matching
 * needs, so no URL and no secret. Memory is bounded whatever the number of organisations.
 */
export class EndpointLists {
  readonly #source: Pick<EndpointSource, "list" | "get">;
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(source: Pick<EndpointSource, "list" | "get">, capacity = defaultCapacity) {
    this.#source = source;
    this.#capacity = capacity;
  }

  /** Oldest endpoint first. */
  get(orgId: string): Promise<readonly Subscription[]> {
    const entry = this.#entries.get(orgId);
    if (entry === undefined) return this.#keep(orgId, this.#readAll(orgId));
    if (entry.stale.size > 0) return this.#keep(orgId, this.#readStale(orgId, entry));
    this.#entries.delete(orgId);
    this.#entries.set(orgId, entry);
    return entry.list;
  }

  /** Has an endpoint read again when its organisation is asked for next. Nothing is read for those that are not. */
  markChanged(orgId: string, endpointId: string): void {
    const entry = this.#entries.get(orgId);
    entry?.stale.add(endpointId);
    if (entry !== undefined && entry.stale.size > maxStale) this.#drop(orgId);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  async #readAll(orgId: string): Promise<readonly Subscription[]> {
    return (await this.#source.list(orgId)).map(subscriptionOf);
  }

  async #readStale(orgId: string, { list, stale }: Entry): Promise<readonly Subscription[]> {
    const ids = [...stale];
    const reads = Promise.all(ids.map((endpointId) => this.#source.get(orgId, endpointId)));
    const [known, read] = await Promise.all([list, reads]);
    const unchanged = known.filter(({ endpoint_id }) => !ids.includes(endpoint_id));
    const changed = read.filter((endpoint) => endpoint !== null).map(subscriptionOf);
    return [...unchanged, ...changed].sort(byAge);
  }

  #keep(orgId: string, list: Promise<readonly Subscription[]>): Promise<readonly Subscription[]> {
    this.#drop(orgId);
    const entry: Entry = { list, stale: new Set(), bytes: 0 };
    this.#entries.set(orgId, entry);
    list.then(
      (endpoints) => this.#weigh(orgId, entry, endpoints),
      () => {
        // A failed read is not remembered: the next caller reads the whole list.
        if (this.#entries.get(orgId) === entry) this.#drop(orgId);
      },
    );
    return list;
  }

  #weigh(orgId: string, entry: Entry, endpoints: readonly Subscription[]): void {
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

function subscriptionOf({ endpoint_id, events, entity_id, created_at }: Subscription): Subscription {
  return { endpoint_id, events, entity_id, created_at };
}

/** An estimate of the memory that a list takes: its texts, and a constant for each object. */
function bytesOf(endpoints: readonly Subscription[]): number {
  const filters = endpoints.flatMap(({ events }) => events);
  const texts = filters.reduce((sum, filter) => sum + 32 + filter.length, 0);
  return 500 + 300 * endpoints.length + texts;
}

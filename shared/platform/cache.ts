/** A map for results that can be computed again. It is cleared before it would exceed `capacity` entries. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #capacity: number;

  constructor(capacity: number) {
    super();
    this.#capacity = capacity;
  }

  override set(key: K, value: V): this {
    if (this.size >= this.#capacity) this.clear();
    return super.set(key, value);
  }
}

/**
 * A cache with a time of expiry per entry and a maximum number of entries. When it is full, the expired entries are
 * dropped, or else all: losing an entry early must be harmless.
 */
export class ExpiringCache<V> {
  readonly #capacity: number;
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string, now: Date): V | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.until > now.getTime()) return entry.value;
    this.#entries.delete(key);
    return null;
  }

  /** Stores a value until a time in Unix milliseconds. */
  set(key: string, value: V, until: number, now: Date): void {
    if (this.#entries.size >= this.#capacity) {
      for (const [other, { until: end }] of this.#entries) if (end <= now.getTime()) this.#entries.delete(other);
    }
    if (this.#entries.size >= this.#capacity) this.#entries.clear();
    this.#entries.set(key, { value, until });
  }

  /** Drops an entry if it still has this value. */
  delete(key: string, value: V): void {
    if (this.#entries.get(key)?.value === value) this.#entries.delete(key);
  }
}

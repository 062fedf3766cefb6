/** A cache with a time of expiry per entry and a maximum number of entries. Losing an entry early must be harmless. */
export class ShortMemory<T> {
  readonly #capacity: number;
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string, now: Date): T | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    if (entry.until > now.getTime()) return entry.value;
    this.#entries.delete(key);
    return null;
  }

  set(key: string, value: T, until: number, now: Date): void {
    if (this.#entries.size >= this.#capacity) {
      for (const [other, { until: end }] of this.#entries) if (end <= now.getTime()) this.#entries.delete(other);
    }
    if (this.#entries.size >= this.#capacity) this.#entries.clear();
    this.#entries.set(key, { value, until });
  }
}

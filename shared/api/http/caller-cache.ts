const capacity = 1_000;

/**
 * Remembers the organisation for which a caller was authorised, so that its next request can be read speculatively. A
 * wrong entry costs time only. Bounded: empties itself when it is full.
 */
export class CallerCache {
  readonly #orgs = new Map<string, string>();

  /** Returns the organisation of a caller, or `null`, and removes it: only an authorised request sets it again. */
  get(key: string): string | null {
    const org = this.#orgs.get(key) ?? null;
    this.#orgs.delete(key);
    return org;
  }

  set(key: string, org: string): void {
    if (this.#orgs.size >= capacity) this.#orgs.clear();
    this.#orgs.set(key, org);
  }
}

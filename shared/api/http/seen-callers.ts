const capacity = 1_000;

/**
 * Remembers which organisation a caller was let in to, to guess that it will be again. A guess only saves time:
 * whoever is let in is added anew after each request, so who is refused is forgotten. Bounded; it empties itself when
 * it is full.
 */
export class SeenCallers {
  readonly #orgs = new Map<string, string>();

  /** The organisation of a caller, forgotten at once. */
  take(key: string): string | null {
    const org = this.#orgs.get(key) ?? null;
    this.#orgs.delete(key);
    return org;
  }

  add(key: string, org: string): void {
    if (this.#orgs.size >= capacity) this.#orgs.clear();
    this.#orgs.set(key, org);
  }
}

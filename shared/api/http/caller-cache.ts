import { BoundedMap } from "#shared/platform/cache.ts";

const capacity = 1_000;

/**
 * Remembers the organisation for which a caller was authorised, so that its next request can be read speculatively. A
 * wrong or missing entry costs time only.
 */
export class CallerCache {
  readonly #orgs = new BoundedMap<string, string>(capacity);

  /** Returns the organisation of a caller, or `null`, and removes it: only an authorised request sets it again. */
  get(key: string): string | null {
    const org = this.#orgs.get(key) ?? null;
    this.#orgs.delete(key);
    return org;
  }

  set(key: string, org: string): void {
    this.#orgs.set(key, org);
  }
}

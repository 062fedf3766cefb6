import { ActivityError } from "#shared/errors.ts";
import { ExpiringCache } from "#shared/platform/cache.ts";
import type { Org } from "./org.ts";

export type OrgReader = {
  /** Returns the stored organisation; `null` if it does not exist. */
  get(orgId: string): Promise<Org | null>;
};

const ttlMs = 60_000;
const capacity = 1_000;

/**
 * Caches organisations for a minute: their settings rarely change, and a read for each request would double its calls.
 * Never used to decide which organisations a token may access.
 */
export class OrgCache {
  readonly #orgs: OrgReader;
  readonly #now: () => Date;
  readonly #cache = new ExpiringCache<Promise<Org>>(capacity);

  constructor(orgs: OrgReader, now: () => Date) {
    this.#orgs = orgs;
    this.#now = now;
  }

  /** Returns an organisation. Throws `ActivityError` `not_found` if it does not exist. */
  get(orgId: string): Promise<Org> {
    return this.#cache.get(orgId, this.#now()) ?? this.refresh(orgId);
  }

  /** Returns an organisation as of now, from the store. */
  refresh(orgId: string): Promise<Org> {
    const now = this.#now();
    const org = this.#read(orgId);
    this.#cache.set(orgId, org, now.getTime() + ttlMs, now);
    org.catch(() => this.#cache.delete(orgId, org));
    return org;
  }

  async #read(orgId: string): Promise<Org> {
    const org = await this.#orgs.get(orgId);
    if (org === null) throw new ActivityError("not_found", "The organisation does not exist.");
    return org;
  }
}

import { ActivityError } from "#shared/errors.ts";
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
  readonly #known = new Map<string, { readonly org: Promise<Org>; readonly until: number }>();

  constructor(orgs: OrgReader, now: () => Date) {
    this.#orgs = orgs;
    this.#now = now;
  }

  /** Returns an organisation. Throws `ActivityError` `not_found` if it does not exist. */
  get(orgId: string): Promise<Org> {
    const known = this.#known.get(orgId);
    if (known !== undefined && known.until > this.#now().getTime()) return known.org;
    return this.refresh(orgId);
  }

  /** Returns an organisation as of now, from the store. */
  refresh(orgId: string): Promise<Org> {
    if (this.#known.size >= capacity) this.#known.clear();
    const known = { org: this.#read(orgId), until: this.#now().getTime() + ttlMs };
    this.#known.set(orgId, known);
    known.org.catch(() => {
      if (this.#known.get(orgId) === known) this.#known.delete(orgId);
    });
    return known.org;
  }

  async #read(orgId: string): Promise<Org> {
    const org = await this.#orgs.get(orgId);
    if (org === null) throw new ActivityError("not_found", "The organisation does not exist.");
    return org;
  }
}

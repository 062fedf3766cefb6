import { ActivityError } from "#shared/errors.ts";
import type { Org } from "./org.ts";

export type OrgReader = {
  /** The organisation as it is stored; `null` where there is none. */
  get(orgId: string): Promise<Org | null>;
};

const keptForMs = 60_000;
const capacity = 1_000;

/**
 * What is known of organisations, remembered for a minute: settings change a few times in a life, and a read for each
 * request would double its calls. Whom a token lets in to which organisation is never taken from here.
 */
export class OrgCache {
  readonly #orgs: OrgReader;
  readonly #now: () => Date;
  readonly #known = new Map<string, { readonly org: Promise<Org>; readonly until: number }>();

  constructor(orgs: OrgReader, now: () => Date) {
    this.#orgs = orgs;
    this.#now = now;
  }

  /** Throws `ActivityError` `not_found` where there is no such organisation. */
  get(orgId: string): Promise<Org> {
    const known = this.#known.get(orgId);
    if (known !== undefined && known.until > this.#now().getTime()) return known.org;
    return this.refresh(orgId);
  }

  /** The same as of now. */
  refresh(orgId: string): Promise<Org> {
    if (this.#known.size >= capacity) this.#known.clear();
    const known = { org: this.#read(orgId), until: this.#now().getTime() + keptForMs };
    this.#known.set(orgId, known);
    known.org.catch(() => {
      if (this.#known.get(orgId) === known) this.#known.delete(orgId);
    });
    return known.org;
  }

  async #read(orgId: string): Promise<Org> {
    const org = await this.#orgs.get(orgId);
    if (org === null) throw new ActivityError("not_found", "There is no such organisation.");
    return org;
  }
}

import type { CountedToken, TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";

export type SuspendedOrgReader = {
  /** Returns the ids of all suspended organisations, as of now. */
  list(): Promise<ReadonlySet<string>>;
};

/** Age after which the list is refreshed in the background. */
const refreshAfterMs = 10_000;

/** Age after which the list is not used: by then a suspension applies on every instance. */
export const suspensionDelayMs = 20_000;

/** Age up to which a running read is shared. An older one may have begun before the instance was frozen. */
const sharedForMs = 2_000;

type Reading = { readonly orgIds: Promise<ReadonlySet<string>>; readonly startedAt: number };

/** Caches which organisations are suspended. They are few, so one read every ten seconds gets all of them. */
export class SuspendedOrgCache {
  readonly #reader: SuspendedOrgReader;
  readonly #now: () => Date;
  #known: { readonly orgIds: ReadonlySet<string>; readonly asOf: number } | null = null;
  #reading: Reading | null = null;

  constructor(reader: SuspendedOrgReader, now: () => Date) {
    this.#reader = reader;
    this.#now = now;
  }

  /** Refreshes the list in the background unless it is fresh. Never throws. */
  prefetch(): void {
    this.current().catch(() => undefined);
  }

  /** Returns the suspended organisations as of at most 20 seconds ago. Throws the error of the reader. */
  async current(): Promise<ReadonlySet<string>> {
    const known = this.#known;
    const age = known === null ? Number.NaN : this.#now().getTime() - known.asOf;
    if (known === null || !(age >= 0 && age < suspensionDelayMs)) return this.#refresh();
    if (age >= refreshAfterMs) this.#refresh().catch(() => undefined);
    return known.orgIds;
  }

  #refresh(): Promise<ReadonlySet<string>> {
    const startedAt = this.#now().getTime();
    const running = this.#reading;
    if (running !== null && Math.abs(startedAt - running.startedAt) < sharedForMs) return running.orgIds;
    const reading: Reading = { orgIds: this.#read(startedAt), startedAt };
    this.#reading = reading;
    const end = () => {
      if (this.#reading === reading) this.#reading = null;
    };
    reading.orgIds.then(end, end);
    return reading.orgIds;
  }

  async #read(startedAt: number): Promise<ReadonlySet<string>> {
    const orgIds = await this.#reader.list();
    if (this.#known === null || startedAt > this.#known.asOf) this.#known = { orgIds, asOf: startedAt };
    return orgIds;
  }
}

/**
 * Returns a store whose tokens give access to the organisations that are not suspended and have not revoked them. It
 * reads tokens and suspensions concurrently, for no added latency.
 */
export function withUsableOrgs(
  uses: TokenUsageStore<Token>,
  suspended: Pick<SuspendedOrgCache, "current">,
): TokenUsageStore {
  const mark = async (lookup: Promise<CountedToken<Token> | null>): Promise<CountedToken | null> => {
    const [found, orgIds] = await Promise.all([lookup, suspended.current()]);
    if (found === null) return null;
    const remaining = found.token.org_ids.filter((orgId) => found.token.revoked_orgs[orgId] === undefined);
    const org_ids = remaining.filter((orgId) => !orgIds.has(orgId));
    const suspended_org_ids = remaining.filter((orgId) => orgIds.has(orgId));
    return { ...found, token: { ...found.token, org_ids, suspended_org_ids } };
  };
  return {
    ...uses,
    get: (ref, window) => mark(uses.get(ref, window)),
    count: (ref, window) => mark(uses.count(ref, window)),
  };
}

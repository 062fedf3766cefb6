import type { CountedToken, TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { Token } from "#shared/auth/caller.ts";

export type SuspendedOrgReader = {
  /** The ids of all suspended organisations, as of now. */
  list(): Promise<ReadonlySet<string>>;
};

/** After this time the list is read again, beside the work at hand. */
const refreshAfterMs = 10_000;

/** An older list is not used: a suspension holds on every instance after this time. */
export const suspensionDelayMs = 20_000;

/** A read that has been under way for longer may have begun before the instance was frozen. */
const sharedForMs = 2_000;

type Reading = { readonly orgIds: Promise<ReadonlySet<string>>; readonly startedAt: number };

/** Remembers which organisations are suspended. They are few, so one read every ten seconds covers all of them. */
export class SuspendedOrgCache {
  readonly #reader: SuspendedOrgReader;
  readonly #now: () => Date;
  #known: { readonly orgIds: ReadonlySet<string>; readonly asOf: number } | null = null;
  #reading: Reading | null = null;

  constructor(reader: SuspendedOrgReader, now: () => Date) {
    this.#reader = reader;
    this.#now = now;
  }

  /** Begins to read the list unless it is fresh. Never throws. */
  prefetch(): void {
    this.current().catch(() => undefined);
  }

  /** The suspended organisations, as of 20 seconds ago at most. Throws what the reader throws if that is not known. */
  async current(): Promise<ReadonlySet<string>> {
    const known = this.#known;
    const age = known === null ? Number.NaN : this.#now().getTime() - known.asOf;
    if (known === null || !(age >= 0 && age < suspensionDelayMs)) return this.#refresh();
    if (age >= refreshAfterMs) this.#refresh().catch(() => undefined);
    return known.orgIds;
  }

  #refresh(): Promise<ReadonlySet<string>> {
    const startedAt = this.#now().getTime();
    const underWay = this.#reading;
    if (underWay !== null && Math.abs(startedAt - underWay.startedAt) < sharedForMs) return underWay.orgIds;
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
 * Marks the suspended organisations of each token. The list is read in parallel with the token, so it adds no latency.
 */
export function withSuspensions(
  uses: TokenUsageStore<Token>,
  suspended: Pick<SuspendedOrgCache, "current">,
): TokenUsageStore {
  const mark = async (finding: Promise<CountedToken<Token> | null>): Promise<CountedToken | null> => {
    const [found, orgIds] = await Promise.all([finding, suspended.current()]);
    if (found === null) return null;
    const org_ids = found.token.org_ids.filter((orgId) => !orgIds.has(orgId));
    const suspended_org_ids = found.token.org_ids.filter((orgId) => orgIds.has(orgId));
    return { ...found, token: { ...found.token, org_ids, suspended_org_ids } };
  };
  return {
    ...uses,
    get: (ref, window) => mark(uses.get(ref, window)),
    count: (ref, window) => mark(uses.count(ref, window)),
  };
}

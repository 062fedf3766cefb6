import type { Endpoint, EndpointSource } from "./endpoint.ts";

/** How long a change may go unnoticed. */
const checkedEveryMs = 2_000;

type Snapshot = { readonly version: number; readonly orgs: ReadonlyMap<string, number> };

type Known = { readonly version: number; readonly endpoints: Promise<readonly Endpoint[]> };

/**
 * Who wants to be told, as of two seconds ago. Being up to date costs one small read in that time, and the list of
 * organisations with endpoints after a change of any; an organisation's endpoints are read once after a change of
 * theirs, and none where there are none.
 */
export class EndpointDirectory {
  readonly #source: EndpointSource;
  readonly #now: () => Date;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #snapshot: Promise<Snapshot> | null = null;
  readonly #known = new Map<string, Known>();

  constructor(source: EndpointSource, now: () => Date) {
    this.#source = source;
    this.#now = now;
  }

  async endpointsOf(orgId: string): Promise<readonly Endpoint[]> {
    const { orgs } = await this.#current();
    const version = orgs.get(orgId);
    if (version === undefined) return [];
    const known = this.#known.get(orgId);
    if (known?.version === version) return known.endpoints;
    // The version is older than what is read, or as old: what is remembered is never older than its version says.
    const read = { version, endpoints: this.#source.list(orgId) };
    this.#known.set(orgId, read);
    read.endpoints.catch(() => this.#forget(orgId, read));
    return read.endpoints;
  }

  #forget(orgId: string, read: Known): void {
    if (this.#known.get(orgId) === read) this.#known.delete(orgId);
  }

  #current(): Promise<Snapshot> {
    const now = this.#now().getTime();
    if (this.#snapshot !== null && now - this.#checkedAt < checkedEveryMs) return this.#snapshot;
    this.#checkedAt = now;
    const refreshed = this.#refresh(this.#snapshot);
    this.#snapshot = refreshed;
    // A failure is the batch's that met it; the next one looks again.
    refreshed.catch(() => {
      if (this.#snapshot === refreshed) this.#snapshot = null;
    });
    return refreshed;
  }

  async #refresh(before: Promise<Snapshot> | null): Promise<Snapshot> {
    const [version, known] = await Promise.all([this.#source.version(), before]);
    if (known !== null && known.version === version) return known;
    const orgs = await this.#source.orgs();
    for (const orgId of this.#known.keys()) if (!orgs.has(orgId)) this.#known.delete(orgId);
    return { version, orgs };
  }
}

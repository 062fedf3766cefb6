import type { Endpoint, EndpointSource } from "./endpoint.ts";

/** How long a change may go unnoticed. */
const checkedEveryMs = 2_000;

type Snapshot = { readonly version: number; readonly orgs: ReadonlySet<string> };

/**
 * Who wants to be told, as of two seconds ago. Whatever the number of organisations and events, being up to date costs one small read in that
 * time; an organisation's endpoints are read once after each change, and none for one that has no endpoint.
 */
export class EndpointDirectory {
  readonly #source: EndpointSource;
  readonly #now: () => Date;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #snapshot: Promise<Snapshot> | null = null;
  readonly #endpoints = new Map<string, Promise<readonly Endpoint[]>>();

  constructor(source: EndpointSource, now: () => Date) {
    this.#source = source;
    this.#now = now;
  }

  async endpointsOf(orgId: string): Promise<readonly Endpoint[]> {
    const { orgs } = await this.#current();
    if (!orgs.has(orgId)) return [];
    const known = this.#endpoints.get(orgId);
    if (known !== undefined) return known;
    const listed = this.#source.list(orgId);
    this.#endpoints.set(orgId, listed);
    listed.catch(() => this.#endpoints.delete(orgId));
    return listed;
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

  /** The version is read before what it stands for, so that what is remembered is never older than its version says. */
  async #refresh(before: Promise<Snapshot> | null): Promise<Snapshot> {
    const [version, known] = await Promise.all([this.#source.version(), before]);
    if (known !== null && known.version === version) return known;
    this.#endpoints.clear();
    return { version, orgs: await this.#source.orgs() };
  }
}

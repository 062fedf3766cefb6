import { ActivityError } from "#shared/errors.ts";
import type { EndpointChange, EndpointReader, EndpointSubscription } from "./endpoint.ts";
import { EndpointListCache } from "./endpoint-list-cache.ts";
import { OrgFingerprintSet } from "./org-fingerprint-set.ts";

/** Maximum age of the last poll of the change log. */
const pollIntervalMs = 2_000;

/**
 * How far each poll reads back before the start of the previous one. Changes have the time of another machine's clock,
 * and may commit thirteen seconds later (three attempts of four seconds, and pauses).
 */
export const overlapMs = 30_000;

/** After a longer pause the cache is emptied, because reading lists again costs less than hours of changes. */
export const maxGapMs = 120_000;

/**
 * Caches the endpoints of each organisation, at most two seconds out of date. One poll of the change log every two
 * seconds keeps all organisations current. An organisation without endpoints costs no read per event; one with endpoints
 * costs one read of its list, and one of each endpoint that changes later.
 */
export class EndpointCache {
  readonly #source: EndpointReader;
  readonly #now: () => Date;
  readonly #onDamagedChange: (change: EndpointChange) => void;
  readonly #orgs: OrgFingerprintSet;
  readonly #lists: EndpointListCache;
  /** Ids of applied changes that the next poll may return again. They begin with the time of the change. */
  readonly #applied = new Set<string>();
  #polling: Promise<void> | null = null;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** When the last successful poll began. */
  #currentAt = Number.NEGATIVE_INFINITY;

  /** Calls `onDamagedChange` once for each entry of the change log without an organisation. */
  constructor(source: EndpointReader, now: () => Date, onDamagedChange: (change: EndpointChange) => void) {
    this.#source = source;
    this.#now = now;
    this.#onDamagedChange = onDamagedChange;
    this.#orgs = new OrgFingerprintSet(source);
    this.#lists = new EndpointListCache(source);
  }

  /**
   * Returns the endpoints of an organisation, oldest first. Throws the reader's errors, and `ActivityError` `unavailable`
   * if the change log cannot be read. A failed poll keeps the cached lists for the next successful one.
   */
  async list(orgId: string): Promise<readonly EndpointSubscription[]> {
    await this.#poll();
    return (await this.#orgs.has(orgId)) ? this.#lists.get(orgId) : [];
  }

  /** Calls within two seconds share one poll. */
  #poll(): Promise<void> {
    const now = this.#now().getTime();
    const age = now - this.#startedAt;
    if (this.#polling !== null && age >= 0 && age < pollIntervalMs) return this.#polling;
    const polling = this.#update(now);
    this.#startedAt = now;
    this.#polling = polling;
    polling.catch(() => {
      if (this.#polling === polling) this.#polling = null;
    });
    return polling;
  }

  async #update(now: number): Promise<void> {
    const gap = now - this.#currentAt;
    // An empty cache needs no changes, because all later reads are current.
    if (gap < 0 || gap > maxGapMs) this.#empty();
    else await this.#apply(new Date(this.#currentAt - overlapMs).toISOString());
    this.#currentAt = now;
  }

  #empty(): void {
    this.#clear();
    this.#applied.clear();
  }

  /** Drops all lists, so that each is read again on demand. */
  #clear(): void {
    this.#orgs.clear();
    this.#lists.clear();
  }

  async #listChanges(since: string): Promise<readonly EndpointChange[]> {
    try {
      return await this.#source.listChanges(since);
    } catch (error) {
      if (error instanceof ActivityError && error.code === "unavailable") throw error;
      throw new ActivityError("unavailable", "The change log of endpoints cannot be read.", { cause: error });
    }
  }

  async #apply(since: string): Promise<void> {
    const changes = await this.#listChanges(since);
    for (const change of changes) {
      const { change_id, org_id, endpoint_id } = change;
      if (this.#applied.has(change_id)) continue;
      this.#applied.add(change_id);
      if (org_id === null) {
        this.#clear();
        this.#onDamagedChange(change);
        continue;
      }
      this.#orgs.add(org_id);
      this.#lists.markChanged(org_id, endpoint_id);
    }
    for (const id of this.#applied) if (id < since) this.#applied.delete(id);
  }
}

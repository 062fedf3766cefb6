import { ActivityError } from "#shared/errors.ts";
import type { EndpointChange, EndpointSource, Subscription } from "./endpoint.ts";
import { EndpointLists } from "./endpoint-list-cache.ts";
import { OrgPresence } from "./org-presence.ts";

/** Maximum age of the last poll of the change log. */
const pollEveryMs = 2_000;

/**
 * How far each poll goes back beyond the start of the previous one. A change is stamped by the clock of another machine,
 * just before its transaction, which may commit thirteen seconds later (three attempts of four seconds, and pauses).
 */
export const overlapMs = 30_000;

/** After a longer pause the cache is emptied: reading again what is needed costs less than reading hours of changes. */
export const maxGapMs = 120_000;

/**
 * The endpoints of each organisation, at most two seconds out of date. Staying current costs one poll of the change log
 * in that time, whatever the number of organisations. An organisation without endpoints costs no read per event; one
 * with endpoints costs one read of its list, and one of each endpoint that changes later.
 */
export class EndpointCache {
  readonly #source: EndpointSource;
  readonly #now: () => Date;
  readonly #onDamagedChange: (change: EndpointChange) => void;
  readonly #presence: OrgPresence;
  readonly #lists: EndpointLists;
  /** Changes that were applied and that the next poll returns again. Ids begin with their time. */
  readonly #applied = new Set<string>();
  #polling: Promise<void> | null = null;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** When the last successful poll began. */
  #currentAt = Number.NEGATIVE_INFINITY;

  /** `onDamagedChange` is called once for each entry of the log that names no organisation. */
  constructor(source: EndpointSource, now: () => Date, onDamagedChange: (change: EndpointChange) => void) {
    this.#source = source;
    this.#now = now;
    this.#onDamagedChange = onDamagedChange;
    this.#presence = new OrgPresence(source);
    this.#lists = new EndpointLists(source);
  }

  /**
   * Oldest first. Throws what the source throws, and `ActivityError` `unavailable` where the log of changes cannot be read:
   * no event is to blame for that. A failed poll keeps the cache, which is used again after the next.
   */
  async endpointsOf(orgId: string): Promise<readonly Subscription[]> {
    await this.#poll();
    return (await this.#presence.has(orgId)) ? this.#lists.get(orgId) : [];
  }

  /** Callers within two seconds share one poll. */
  #poll(): Promise<void> {
    const now = this.#now().getTime();
    const age = now - this.#startedAt;
    if (this.#polling !== null && age >= 0 && age < pollEveryMs) return this.#polling;
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
    // An empty cache needs no changes: all that is read from now on is current.
    if (gap < 0 || gap > maxGapMs) this.#empty();
    else await this.#apply(new Date(this.#currentAt - overlapMs).toISOString());
    this.#currentAt = now;
  }

  #empty(): void {
    this.#clear();
    this.#applied.clear();
  }

  /** Forgets all endpoints, so that each is read anew when it is needed. */
  #clear(): void {
    this.#presence.clear();
    this.#lists.clear();
  }

  async #changesSince(since: string): Promise<readonly EndpointChange[]> {
    try {
      return await this.#source.changesSince(since);
    } catch (error) {
      if (error instanceof ActivityError && error.code === "unavailable") throw error;
      throw new ActivityError("unavailable", "The changes of endpoints cannot be read.", { cause: error });
    }
  }

  async #apply(since: string): Promise<void> {
    const changes = await this.#changesSince(since);
    for (const change of changes) {
      const { change_id, org_id, endpoint_id } = change;
      if (this.#applied.has(change_id)) continue;
      this.#applied.add(change_id);
      if (org_id === null) {
        this.#clear();
        this.#onDamagedChange(change);
        continue;
      }
      this.#presence.add(org_id);
      this.#lists.markChanged(org_id, endpoint_id);
    }
    for (const id of this.#applied) if (id < since) this.#applied.delete(id);
  }
}

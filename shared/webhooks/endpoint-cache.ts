import type { EndpointSource, Subscription } from "./endpoint.ts";
import { EndpointLists } from "./endpoint-lists.ts";
import { OrgPresence } from "./org-presence.ts";

/** How old the last look at the log of changes may be. */
const followEveryMs = 2_000;

/**
 * How far each look goes back beyond the one before. A change is stamped just before its transaction, which may commit
 * thirteen seconds later (three attempts of four seconds and pauses), by the clock of another machine.
 */
export const overlapMs = 30_000;

/** After a longer pause everything is forgotten: reading what is needed anew costs less than hours of changes. */
export const maxGapMs = 120_000;

/**
 * The endpoints of each organisation, at most two seconds out of date. Staying current costs one look at the log of
 * recent changes in that time, whatever the number of organisations. An organisation without endpoints costs no read
 * per event; one with endpoints costs a read of its list, and of an endpoint again when that has changed.
 */
export class EndpointCache {
  readonly #source: EndpointSource;
  readonly #now: () => Date;
  readonly #presence: OrgPresence;
  readonly #lists: EndpointLists;
  /** Changes that were applied, of those that the next look will show again. Ids begin with their time. */
  readonly #applied = new Set<string>();
  #following: Promise<void> | null = null;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** When the last look began that succeeded. */
  #currentAt = Number.NEGATIVE_INFINITY;

  constructor(source: EndpointSource, now: () => Date) {
    this.#source = source;
    this.#now = now;
    this.#presence = new OrgPresence(source);
    this.#lists = new EndpointLists(source);
  }

  /** Oldest first. Throws what the source throws; what is known then stays known, and is used after the next look. */
  async endpointsOf(orgId: string): Promise<readonly Subscription[]> {
    await this.#follow();
    return (await this.#presence.has(orgId)) ? this.#lists.get(orgId) : [];
  }

  /** Callers within two seconds share one look. */
  #follow(): Promise<void> {
    const now = this.#now().getTime();
    const age = now - this.#startedAt;
    if (this.#following !== null && age >= 0 && age < followEveryMs) return this.#following;
    const following = this.#catchUp(now);
    this.#startedAt = now;
    this.#following = following;
    following.catch(() => {
      if (this.#following === following) this.#following = null;
    });
    return following;
  }

  async #catchUp(now: number): Promise<void> {
    const gap = now - this.#currentAt;
    // Nothing is known after a gap, and all that is read from now on is current: there is no change to look for.
    if (gap < 0 || gap > maxGapMs) this.#forget();
    else await this.#apply(new Date(this.#currentAt - overlapMs).toISOString());
    this.#currentAt = now;
  }

  #forget(): void {
    this.#presence.clear();
    this.#lists.clear();
    this.#applied.clear();
  }

  async #apply(since: string): Promise<void> {
    const changes = await this.#source.changesSince(since);
    for (const { change_id, org_id, endpoint_id } of changes) {
      if (this.#applied.has(change_id)) continue;
      this.#applied.add(change_id);
      this.#presence.add(org_id);
      this.#lists.markChanged(org_id, endpoint_id);
    }
    for (const id of this.#applied) if (id < since) this.#applied.delete(id);
  }
}

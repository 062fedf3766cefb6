import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { toActorName } from "#clients/timeline/format/actor-name.ts";

/** The people whose events were loaded. They stay when a filter hides their events, so that others can be chosen. */
export class PeopleIndex {
  readonly #names = new Map<string, string>();

  /** The names by the ids of users. */
  get names(): ReadonlyMap<string, string> {
    return this.#names;
  }

  add(events: readonly TimelineEvent[]): void {
    for (const { actor } of events) {
      const name = toActorName(actor);
      if (actor.id !== null && name !== null && !this.#names.has(actor.id)) this.#names.set(actor.id, name);
    }
  }
}

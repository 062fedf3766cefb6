import { isJsonObject } from "#shared/events/text/json.ts";
import type { EventEntry } from "#shared/ledger/entry.ts";
import { parseJson } from "#shared/platform/json.ts";

/** What an entry repeats of its event, so that the fan-out and the feed need not read it. */
const repeatedFields = ["event_id", "entity_id", "entity_type", "action", "occurred_at"] as const;

/**
 * Returns whether an entry repeats its event, given in canonical form. A leaf commits to the event only, so nothing else
 * shows a change of these fields. `recorded_at` may differ: the entry has the table's time if the clock of the writer is wrong.
 */
export function isEntryOf(entry: EventEntry, canonical: string): boolean {
  const event = parseJson(canonical);
  return (
    isJsonObject(event) &&
    repeatedFields.every((field) => event[field] === entry[field]) &&
    // What the reconciler appends notifies only if it was asked to.
    (event.notify === undefined || !entry.notifies)
  );
}

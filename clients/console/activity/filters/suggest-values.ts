import type { FeedEvent } from "#clients/console/activity/feed/feed-event.ts";
import { toDisplayText } from "#clients/timeline/format/display-text.ts";
import type { FilterName } from "./activity-filters.ts";
import type { Suggestion } from "./filter-editor-view.ts";

const maxSuggestions = 50;

/** How many events are looked at: the newest say best what is of interest. */
const maxEvents = 2_000;

/** Returns values of a filter that events which were read have, each once. */
export function suggestValues(name: FilterName, events: readonly FeedEvent[]): readonly Suggestion[] {
  const found = new Map<string, string>();
  for (const { raw } of events.slice(0, maxEvents)) {
    const [value, label] = toSuggestion(name, raw);
    if (typeof value === "string" && value !== "") found.set(value, toDisplayText(label ?? value));
  }
  return [...found].slice(0, maxSuggestions).map(([value, label]) => ({ value, label }));
}

function toSuggestion(
  name: FilterName,
  raw: FeedEvent["raw"],
): readonly [value: unknown, label?: string | null | undefined] {
  switch (name) {
    case "entity_id":
      return [raw.entity_id, raw.entity_ref];
    case "actor_user_id":
      return [raw.actor_user_id, raw.actor?.name];
    case "action":
      return [raw.action];
    case "entity_type":
    case "event_id":
    case "since":
    case "until":
      return [null];
  }
}

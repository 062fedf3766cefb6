import { invalidValue } from "#shared/api/http/parameters.ts";
import { ActivityError } from "#shared/errors.ts";
import { eventIdPattern } from "#shared/events/limits.ts";
import type { EventFilter } from "#shared/events/query/query.ts";

/** A day, and the rest of the second or minute that `until` names. */
const longestMs = 86_400_000 + 59_999;

/**
 * Reads the id of the one event that is asked for. No index has it, so the request must name the document or a range of at
 * most a day. Throws `ActivityError` `required_field` where it names neither, `invalid_value` for what cannot be combined.
 */
export function parseEventId(
  text: string | null,
  { entity_id, since, until }: Pick<EventFilter, "entity_id" | "since" | "until">,
  cursor: string | null,
): string | null {
  if (text === null) return null;
  if (!eventIdPattern.test(text)) throw invalidValue("event_id", "event_id must be evt_ and 32 hexadecimal digits.");
  if (cursor !== null)
    throw invalidValue("cursor", "cursor cannot be combined with event_id: the answer has no pages.");
  if (entity_id !== null) return text;
  const remedy = "add entity_id, or since and until that are at most 24 hours apart";
  if (since === null || until === null) {
    throw new ActivityError("required_field", `event_id needs a document or a day: ${remedy}.`, { field: "entity_id" });
  }
  if (Date.parse(until) - Date.parse(since) > longestMs) {
    throw invalidValue("until", `The range is too long to look for event_id: ${remedy}.`);
  }
  return text;
}

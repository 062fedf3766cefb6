import { invalidValue } from "#shared/api/http/parameters.ts";
import type { ParameterValues } from "#shared/api/operations/parse-parameters.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { type EventFilter, noFilter } from "#shared/events/query/query.ts";
import { parseTimeRange } from "#shared/platform/time/time-range.ts";
import type { IncludeOption } from "./mapping.ts";
import type { pageParameters } from "./parameters.ts";
import { withinViewerLimits } from "./viewer-limits.ts";

/** A parsed request for the feed of an organisation, or for the timeline of a document. */
export type ActivityRequest = {
  readonly filter: EventFilter;
  readonly limit: number;
  readonly cursor: string | null;
  /** If set, only the event with this id. */
  readonly eventId: string | null;
  readonly include: ReadonlySet<IncludeOption>;
};

type ActivityValues = ParameterValues<typeof pageParameters> &
  Pick<EventFilter, "entity_type" | "entity_id" | "actor_user_id">;

/**
 * Returns the request with these values, within the limits of a viewer token. Throws `ActivityError` if they cannot be
 * combined, or are outside of the limits.
 */
export function toActivityRequest(
  { since, until, event_id, ...values }: ActivityValues,
  viewer: ViewerToken | null = null,
): ActivityRequest {
  const { entity_type, entity_id, actor_user_id, action, limit, cursor, include } = values;
  const asked = {
    ...noFilter,
    entity_type,
    entity_id,
    action,
    actor_user_id,
    visibleEntityTypes: documentTypes,
    ...parseTimeRange({ since, until }),
  };
  const filter = withinViewerLimits(asked, viewer);
  if (event_id !== null) assertFindable(filter, cursor);
  if (include.has("sequence")) assertSequencesAllowed(limit, viewer);
  return { filter, limit, cursor, eventId: event_id, include };
}

/** Sequences are read from the ledger, for more events in more reads than a request may take. */
const maxSequences = 100;

/** Throws `ActivityError` `invalid_value` if a page cannot have sequences: they tell a viewer how many events there are. */
function assertSequencesAllowed(limit: number, viewer: ViewerToken | null): void {
  if (viewer !== null) throw invalidValue("include", "include=sequence does not accept viewer tokens. Remove it.");
  if (limit > maxSequences) throw invalidValue("limit", `limit must be at most ${maxSequences} with include=sequence.`);
}

/** A day, plus the rest of the minute that `until` names. */
const maxEventIdRangeMs = 86_400_000 + 59_999;

/**
 * Checks that an event can be found by its id. No index contains ids, so the request must name the document or a range
 * of at most a day. Throws `ActivityError` `required_field` if it names neither, `invalid_value` if a parameter cannot
 * be combined.
 */
function assertFindable({ entity_id, since, until }: EventFilter, cursor: string | null): void {
  if (cursor !== null) throw invalidValue("cursor", "cursor cannot be combined with event_id. Remove one of them.");
  if (entity_id !== null) return;
  const remedy = "Add entity_id, or since and until at most 24 hours apart.";
  if (since === null || until === null) {
    throw new ActivityError("required_field", `event_id needs a document or a day. ${remedy}`, { field: "entity_id" });
  }
  if (Date.parse(until) - Date.parse(since) > maxEventIdRangeMs) {
    throw invalidValue("until", `The range is too long for event_id. ${remedy}`);
  }
}

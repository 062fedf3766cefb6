import { hidesActor } from "#shared/auth/viewer-tokens/hidden-fields.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { EventFilter } from "#shared/events/query/query.ts";

const limitNames = ["entity_type", "entity_id", "contact_id", "actor_user_id"] as const;

/**
 * Returns a filter that matches and reads only events within the limits of a viewer token: the cost of reading others
 * would reveal how many there are. Throws `ActivityError` `outside_viewer_limits` if the request names other events, or
 * filters by what the token hides.
 */
export function withinViewerLimits(filter: EventFilter, viewer: ViewerToken | null): EventFilter {
  if (viewer === null) return filter;
  const other = limitNames.find(
    (name) => viewer[name] !== null && filter[name] !== null && filter[name] !== viewer[name],
  );
  if (other !== undefined) throw outside(other, `The viewer token is for another ${other}.`);
  if (filter.actor_user_id !== null && hidesActor(viewer.hide)) {
    throw outside("actor_user_id", "The viewer token hides actors. Omit actor_user_id.");
  }
  const type = documentTypes.find((known) => known === viewer.entity_type) ?? null;
  if (type === null && viewer.entity_type !== null)
    throw outside("entity_type", "The viewer token is for an unknown type.");
  const readBy = (["contact_id", "actor_user_id"] as const).find((name) => viewer[name] !== null);
  return {
    ...filter,
    ...(readBy !== undefined && { readBy }),
    entity_type: filter.entity_type ?? type,
    entity_id: filter.entity_id ?? viewer.entity_id,
    contact_id: viewer.contact_id,
    actor_user_id: filter.actor_user_id ?? viewer.actor_user_id,
  };
}

function outside(field: string, message: string): ActivityError {
  return new ActivityError("outside_viewer_limits", message, { field });
}

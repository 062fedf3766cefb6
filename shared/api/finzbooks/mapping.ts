import { parseActor } from "#shared/events/actor.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { ProjectableField } from "#shared/events/query/query.ts";
import { isJsonObject } from "#shared/events/text/json.ts";

/** What `include` adds to a page: fields of events, and the cursor of the next page. */
export const includeOptions = ["actor", "text", "related", "sequence", "cursor"] as const;

export type IncludeOption = (typeof includeOptions)[number];

/** Returns the stored fields that must be read for what is included. */
export function toProjection(included: ReadonlySet<IncludeOption>): ProjectableField[] {
  return (["actor", "text", "related"] as const).filter((field) => included.has(field));
}

/** Returns the actor as it was when the event happened, without e-mail address and picture. */
export function toIncludedActor(event: Pick<ActivityEvent, "actor" | "actor_user_id">) {
  const { name, type, on_behalf_of } = parseActor(event);
  return { user_id: event.actor_user_id, name, type, on_behalf_of };
}

/** Returns the related entities as the writer named them. */
export function toIncludedRelated({ related }: Pick<ActivityEvent, "related">) {
  const parsed: unknown = related === null ? [] : JSON.parse(related);
  const entities = Array.isArray(parsed) ? parsed.filter(isJsonObject) : [];
  return entities.map(({ entity_type, entity_id, entity_ref = null }) => ({ entity_type, entity_id, entity_ref }));
}

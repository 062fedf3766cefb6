import { parseActor } from "#shared/events/actor.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { summarize } from "#shared/events/rendering/event-summary.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import type { IncludeOption } from "./include.ts";
import type { IncludedFields } from "./render.ts";

/** Writes what a caller asked for by `include`; `nextCursor` is `null` on the last page. */
export function renderIncluded(included: ReadonlySet<IncludeOption>, nextCursor: string | null): IncludedFields {
  if (included.size === 0) return {};
  const ofEvent = (event: ActivityEvent) => {
    let text = "";
    if (included.has("actor")) text += `,"actor":${JSON.stringify(renderActor(event))}`;
    if (included.has("text")) text += `,"text":${JSON.stringify(event.text ?? summarize(event).sentence)}`;
    if (included.has("related")) text += `,"related":${JSON.stringify(renderRelated(event))}`;
    return text;
  };
  return {
    renderEventFields: ofEvent,
    contextFields: included.has("cursor") ? `,"next_cursor":${JSON.stringify(nextCursor)}` : "",
  };
}

/** Who acted, as of then. Addresses of people and pictures stay out. */
function renderActor(event: ActivityEvent) {
  const { name, type, on_behalf_of } = parseActor(event);
  return { user_id: event.actor_user_id, name, type, on_behalf_of };
}

/** The other things that the event is about, as the writer named them. */
function renderRelated({ related }: ActivityEvent) {
  const parsed: unknown = related === null ? [] : JSON.parse(related);
  const entities = Array.isArray(parsed) ? parsed.filter(isJsonObject) : [];
  return entities.map(({ entity_type, entity_id, entity_ref = null }) => ({ entity_type, entity_id, entity_ref }));
}

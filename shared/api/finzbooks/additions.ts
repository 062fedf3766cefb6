import { actorOf } from "#shared/events/actor.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { phraseOf } from "#shared/events/event-summary.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import type { Inclusion } from "./include.ts";
import type { PageAdditions } from "./render.ts";

/** Writes what a caller asked for by `include`; `nextCursor` is `null` on the last page. */
export function additionsOf(included: ReadonlySet<Inclusion>, nextCursor: string | null): PageAdditions {
  if (included.size === 0) return {};
  const ofEvent = (event: ActivityEvent) => {
    let text = "";
    if (included.has("actor")) text += `,"actor":${JSON.stringify(actorView(event))}`;
    if (included.has("text")) text += `,"text":${JSON.stringify(event.text ?? phraseOf(event).sentence)}`;
    if (included.has("related")) text += `,"related":${JSON.stringify(relatedView(event))}`;
    return text;
  };
  return {
    ofEvent,
    ofContext: included.has("cursor") ? `,"next_cursor":${JSON.stringify(nextCursor)}` : "",
  };
}

/** Who acted, as of then. Addresses of people and pictures stay out. */
function actorView(event: ActivityEvent) {
  const { name, type, on_behalf_of } = actorOf(event);
  return { user_id: event.actor_user_id, name, type, on_behalf_of };
}

/** The other things that the event is about, as the writer named them. */
function relatedView({ related }: ActivityEvent) {
  const parsed: unknown = related === null ? [] : JSON.parse(related);
  const entities = Array.isArray(parsed) ? parsed.filter(isJsonObject) : [];
  return entities.map(({ entity_type, entity_id, entity_ref = null }) => ({ entity_type, entity_id, entity_ref }));
}

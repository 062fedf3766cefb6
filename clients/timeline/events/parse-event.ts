import type { TimelineActor, TimelineChange, TimelineEntity, TimelineEvent } from "./timeline-event.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Returns an event of a response, or `null` if it has no id or no time. Fields of another type than expected are absent. */
export function parseEvent(value: unknown): TimelineEvent | null {
  const event = toObject(value);
  const id = toText(event.event_id);
  const occurredAtMs = Date.parse(String(event.occurred_at));
  if (id === null || Number.isNaN(occurredAtMs)) return null;
  return {
    id,
    action: toText(event.action) ?? "",
    entity: parseEntity(event),
    actor: parseActor(event),
    changes: Object.entries(toObject(event.changes)).flatMap(([field, values]) => parseChange(field, values)),
    metadata: toObject(event.metadata),
    occurredAtMs,
    text: toText(event.text),
    related: Array.isArray(event.related) ? event.related.map((entity) => parseEntity(toObject(entity))) : [],
    raw: value,
  };
}

function parseEntity({ entity_type, entity_id, entity_ref }: JsonObject): TimelineEntity {
  return { type: toText(entity_type) ?? "", id: toText(entity_id) ?? "", ref: toText(entity_ref) };
}

function parseActor(event: JsonObject): TimelineActor {
  const actor = toObject(event.actor);
  const principal = toObject(actor.on_behalf_of);
  const principalId = toText(principal.user_id);
  return {
    id: toText(event.actor_user_id),
    name: toText(actor.name),
    type: toText(actor.type),
    onBehalfOf: principalId === null ? null : { id: principalId, name: toText(principal.name) },
  };
}

/** Returns a change that a reader can see: not from `null` to an empty text, and not to the same value. */
function parseChange(field: string, values: unknown): TimelineChange[] {
  const change = toObject(values);
  if (!("old" in change || "new" in change)) return [];
  const { old = null, new: now = null } = change;
  const isVisible = !(isEmpty(old) && isEmpty(now)) && JSON.stringify(old) !== JSON.stringify(now);
  return isVisible ? [{ field, old, new: now }] : [];
}

function isEmpty(value: unknown): boolean {
  return value === null || value === "";
}

function toObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function toText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

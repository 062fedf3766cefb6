import { type EntityType, isEntityType } from "./entity-types.ts";
import type { ActivityEvent } from "./event.ts";
import { isJsonObject } from "./text/json.ts";

/** Something that an event is about. */
export type EntityReference = { readonly type: EntityType; readonly id: string };

/** Everything that an event is about: its document first, then what it is related to, each once. */
export function ownAndRelatedEntities({ entity_type, entity_id, related }: ActivityEvent): readonly EntityReference[] {
  const own: EntityReference = { type: entity_type, id: entity_id };
  if (related === null) return [own];
  const mentions = [own];
  const parsed: unknown = JSON.parse(related);
  for (const entity of Array.isArray(parsed) ? parsed : []) {
    if (!isJsonObject(entity) || typeof entity.entity_id !== "string") continue;
    const type = String(entity.entity_type);
    // A kind that a later version of the log knows hides nothing but itself.
    if (!isEntityType(type)) continue;
    const { entity_id: id } = entity;
    if (!mentions.some((other) => other.type === type && other.id === id)) mentions.push({ type, id });
  }
  return mentions;
}

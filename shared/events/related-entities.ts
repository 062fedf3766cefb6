import { type EntityType, isEntityType } from "./entity-types.ts";
import type { ActivityEvent } from "./event.ts";
import { isJsonObject } from "./text/json.ts";

/** An entity that an event is about. */
export type EntityReference = { readonly type: EntityType; readonly id: string };

/** Returns all entities that an event is about, each once: its own first, then the related ones. */
export function ownAndRelatedEntities({ entity_type, entity_id, related }: ActivityEvent): readonly EntityReference[] {
  const own: EntityReference = { type: entity_type, id: entity_id };
  if (related === null) return [own];
  const references = [own];
  const parsed: unknown = JSON.parse(related);
  for (const entity of Array.isArray(parsed) ? parsed : []) {
    if (!isJsonObject(entity) || typeof entity.entity_id !== "string") continue;
    const type = String(entity.entity_type);
    // Written by a later version of the log: skip only this entity.
    if (!isEntityType(type)) continue;
    const { entity_id: id } = entity;
    if (!references.some((other) => other.type === type && other.id === id)) references.push({ type, id });
  }
  return references;
}

import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { maxActionLength } from "#shared/events/limits.ts";
import { eventTypeOf } from "./event-type.ts";

/** The entities that `*` matches, alone and in `*.voided`. */
const documents: ReadonlySet<string> = new Set(documentTypes.map((type) => type.toLowerCase()));

/** The entities that a filter can name. `*` does not match events of webhook endpoints. */
const entities: ReadonlySet<string> = new Set([...documents, "webhook_endpoint"]);

/** `*`, `invoice.*`, `*.voided` or `invoice.sent`. Any verb is valid, because actions are open. */
export const eventTypeFilterPattern = /^(?:\*|[a-z_]+\.\*|(?:\*|[a-z_]+)\.[a-z0-9]+(?:_[a-z0-9]+)*)$/;

export const maxEventTypeFilterLength = 2 * maxActionLength;

export function isEventTypeFilter(text: string): boolean {
  if (text.length > maxEventTypeFilterLength || !eventTypeFilterPattern.test(text)) return false;
  const [entity] = splitEventType(text);
  return entity === "*" || entities.has(entity);
}

/** Returns a filter as it is. Throws `ActivityError` `invalid_value`, with the valid entities, for any other text. */
export function parseEventTypeFilter(text: string): string {
  if (isEventTypeFilter(text)) return text;
  const excerpt = text.slice(0, maxEventTypeFilterLength);
  const message = eventTypeFilterPattern.test(text)
    ? `Unknown entity in the filter '${excerpt}'.`
    : `Invalid filter '${excerpt}'. Use one like invoice.sent, invoice.*, *.voided or *.`;
  throw new ActivityError("invalid_value", message, { field: "events", details: { valid: [...entities] } });
}

/** Whether an event type matches one of the filters. */
export function matchesAnyFilter(filters: readonly string[], eventType: string): boolean {
  return filters.some((filter) => matches(filter, eventType));
}

/** The part of an endpoint that selects its events. */
type EventSelection = { readonly events: readonly string[]; readonly entity_id: string | null };

/** Whether an endpoint subscribes to an event. */
export function subscribesToEvent(
  endpoint: EventSelection,
  event: { readonly entity_id: string; readonly entity_type: string; readonly action: string },
): boolean {
  return subscribesToEventType(endpoint, event.entity_id, eventTypeOf(event));
}

/** Whether an endpoint subscribes to events of a type about an entity. */
export function subscribesToEventType(endpoint: EventSelection, entityId: string, eventType: string): boolean {
  return (endpoint.entity_id ?? entityId) === entityId && matchesAnyFilter(endpoint.events, eventType);
}

/** Whether an event can exist that both endpoints subscribe to. */
export function subscriptionsOverlap(left: EventSelection, right: EventSelection): boolean {
  const canBeSameEntity = left.entity_id === null || right.entity_id === null || left.entity_id === right.entity_id;
  return canBeSameEntity && left.events.some((one) => right.events.some((other) => filtersOverlap(one, other)));
}

/** Whether an event type can exist that matches both filters. */
function filtersOverlap(left: string, right: string): boolean {
  const [leftEntity, leftVerb] = splitEventType(left);
  const [rightEntity, rightVerb] = splitEventType(right);
  const isSameVerb = leftVerb === "*" || rightVerb === "*" || leftVerb === rightVerb;
  if (leftEntity === rightEntity) return isSameVerb;
  if (leftEntity === "*") return isSameVerb && documents.has(rightEntity);
  return rightEntity === "*" && isSameVerb && documents.has(leftEntity);
}

function matches(filter: string, eventType: string): boolean {
  const [filterEntity, filterVerb] = splitEventType(filter);
  const [entity, verb] = splitEventType(eventType);
  if (filterEntity === "*" ? !documents.has(entity) : filterEntity !== entity) return false;
  return filterVerb === "*" || filterVerb === verb;
}

/** Returns the entity and the verb of an event type or filter. `*` alone matches every entity and verb. */
function splitEventType(text: string): readonly [string, string] {
  const at = text.indexOf(".");
  return at < 0 ? [text, "*"] : [text.slice(0, at), text.slice(at + 1)];
}

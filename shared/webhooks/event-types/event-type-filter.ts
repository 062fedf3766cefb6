import { ActivityError } from "#shared/errors.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import { maxActionLength } from "#shared/events/limits.ts";
import type { Endpoint } from "#shared/webhooks/endpoints/endpoint.ts";
import { eventTypeOf } from "./event-type.ts";

/** What `*` and `*.voided` are about: the documents that timelines show. */
const documents: ReadonlySet<string> = new Set(documentTypes.map((type) => type.toLowerCase()));

/** What a filter can name. What endpoints tell of themselves is sent only to those who name it. */
const entities: ReadonlySet<string> = new Set([...documents, "webhook_endpoint"]);

/** `*`, `invoice.*`, `*.voided` or `invoice.sent`. The verbs are open, as the vocabulary of actions is. */
export const filterPattern = /^(?:\*|[a-z_]+\.\*|(?:\*|[a-z_]+)\.[a-z0-9]+(?:_[a-z0-9]+)*)$/;

export const maxFilterLength = 2 * maxActionLength;

/** Whether a text is a filter. */
export function isFilter(text: string): boolean {
  if (text.length > maxFilterLength || !filterPattern.test(text)) return false;
  const [entity] = halves(text);
  return entity === "*" || entities.has(entity);
}

/** Refuses what is no filter, as `ActivityError` `invalid_value` with the entities that a filter can name. */
export function readFilter(text: string): string {
  if (isFilter(text)) return text;
  const shown = text.slice(0, maxFilterLength);
  const message = filterPattern.test(text)
    ? `Unknown entity in the filter '${shown}'.`
    : `'${shown}' is no filter: write one like invoice.sent, invoice.*, *.voided or *.`;
  throw new ActivityError("invalid_value", message, { field: "events", details: { valid: [...entities] } });
}

/** Whether one of the filters names the type. */
export function matchesAny(filters: readonly string[], eventType: string): boolean {
  return filters.some((filter) => matches(filter, eventType));
}

/** Whether an endpoint asked for an event. */
export function wants(endpoint: Pick<Endpoint, "events" | "entity_id">, event: ActivityEvent): boolean {
  return asksFor(endpoint, event.entity_id, eventTypeOf(event));
}

/** The same of an event of which only document and type are known. */
export function asksFor(
  endpoint: Pick<Endpoint, "events" | "entity_id">,
  entityId: string,
  eventType: string,
): boolean {
  return (endpoint.entity_id ?? entityId) === entityId && matchesAny(endpoint.events, eventType);
}

/** Whether some event would be sent to both endpoints. */
export function overlaps(left: Filtered, right: Filtered): boolean {
  const isOneDocument = left.entity_id === null || right.entity_id === null || left.entity_id === right.entity_id;
  return isOneDocument && left.events.some((one) => right.events.some((other) => meet(one, other)));
}

type Filtered = Pick<Endpoint, "events" | "entity_id">;

/** Whether some event type is named by both filters. */
function meet(left: string, right: string): boolean {
  const [leftEntity, leftVerb] = halves(left);
  const [rightEntity, rightVerb] = halves(right);
  const isVerb = leftVerb === "*" || rightVerb === "*" || leftVerb === rightVerb;
  if (leftEntity === rightEntity) return isVerb;
  if (leftEntity === "*") return isVerb && documents.has(rightEntity);
  return rightEntity === "*" && isVerb && documents.has(leftEntity);
}

function matches(filter: string, eventType: string): boolean {
  const [wantedEntity, wantedVerb] = halves(filter);
  const [entity, verb] = halves(eventType);
  if (wantedEntity === "*" ? !documents.has(entity) : wantedEntity !== entity) return false;
  return wantedVerb === "*" || wantedVerb === verb;
}

/** The entity and the verb. A `*` alone stands for both. */
function halves(text: string): readonly [string, string] {
  const at = text.indexOf(".");
  return at < 0 ? [text, "*"] : [text.slice(0, at), text.slice(at + 1)];
}

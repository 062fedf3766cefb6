import {
  assertKnownParameters,
  invalidValue,
  parseLimit,
  parseTimeRangeParams,
  singleParam,
} from "#shared/api/http/parameters.ts";
import { ActivityError } from "#shared/errors.ts";
import { documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import { eventIdPattern, isAction, isCleanId, maxIdLength } from "#shared/events/limits.ts";
import { type EventFilter, noFilter } from "#shared/events/query/query.ts";
import { type IncludeOption, includeOptions } from "./mapping.ts";
import type { ActivityRoute } from "./routes.ts";

/** A parsed request for the feed of an organisation, or for the timeline of a document. */
export type ActivityRequest = {
  readonly filter: EventFilter;
  readonly limit: number;
  readonly cursor: string | null;
  /** If set, only the event with this id. */
  readonly eventId: string | null;
  readonly include: ReadonlySet<IncludeOption>;
};

/**
 * The parameters of the activity routes: of all routes, or of the feed only, because the path of a timeline names the
 * document. Other parameters are refused.
 */
const parameters = {
  organization_id: "all",
  entity_type: "feed",
  entity_id: "feed",
  actor_user_id: "feed",
  action: "all",
  event_id: "all",
  since: "all",
  until: "all",
  limit: "all",
  cursor: "all",
  include: "all",
} as const satisfies Readonly<Record<string, "all" | "feed">>;

/** Returns the parameters of a route, in the order of the table. */
export function knownParameters({ document }: Pick<ActivityRoute, "document">): readonly string[] {
  const known = Object.entries(parameters);
  return known.filter(([, where]) => where === "all" || document === null).map(([name]) => name);
}

/** The parameters of routes that are not lists. */
export const commonParameters = ["organization_id"] as const;

/** Events per page: default and maximum. */
export const defaultLimit = 100;
export const maxLimit = 500;

const documentTypeSet: ReadonlySet<string> = new Set(documentTypes);

/** Parses the parameters of a request for events. Throws `ActivityError` `invalid_value` with the name of the parameter. */
export function parseActivityRequest(route: ActivityRoute, query: URLSearchParams): ActivityRequest {
  assertKnownParameters(query, knownParameters(route));
  const { document } = route;
  const filter = {
    ...noFilter,
    entity_type: document?.type ?? parseEntityType(singleParam(query, "entity_type")),
    entity_id: parseId(document?.id ?? singleParam(query, "entity_id"), "entity_id"),
    action: parseAction(singleParam(query, "action")),
    actor_user_id: parseId(singleParam(query, "actor_user_id"), "actor_user_id"),
    visibleEntityTypes: documentTypes,
    ...parseTimeRangeParams(query),
  };
  const cursor = singleParam(query, "cursor");
  return {
    filter,
    limit: parseLimit(singleParam(query, "limit"), defaultLimit, maxLimit),
    cursor,
    eventId: parseEventId(singleParam(query, "event_id"), filter, cursor),
    include: parseInclude(singleParam(query, "include")),
  };
}

function parseAction(text: string | null): string | null {
  if (text === null || isAction(text)) return text;
  throw invalidValue("action", "action must be words in upper case joined by _, such as INVOICE_PAID.");
}

function parseEntityType(text: string | null): EntityType | null {
  if (text === null) return null;
  if (isDocumentType(text)) return text;
  throw invalidValue("entity_type", `Unknown entity_type '${text.slice(0, 64)}'.`, { valid: documentTypes });
}

function isDocumentType(text: string): text is EntityType {
  return documentTypeSet.has(text);
}

function parseId(text: string | null, field: string): string | null {
  if (text === null || (text !== "" && text.length <= maxIdLength && isCleanId(text))) return text;
  throw invalidValue(field, `${field} must have 1 to ${maxIdLength} characters and no control characters.`);
}

/** Parses a comma-separated list of options. Throws `ActivityError` `invalid_value` for an unknown one. */
function parseInclude(text: string | null): ReadonlySet<IncludeOption> {
  const included = new Set<IncludeOption>();
  for (const name of text?.split(",") ?? []) {
    const known = includeOptions.find((candidate) => candidate === name);
    if (known === undefined) {
      const message = `Unknown include '${name.slice(0, 64)}'. Valid values: ${includeOptions.join(", ")}.`;
      throw invalidValue("include", message, { valid: includeOptions });
    }
    included.add(known);
  }
  return included;
}

/** A day, plus the rest of the minute that `until` names. */
const maxEventIdRangeMs = 86_400_000 + 59_999;

/**
 * Parses the id of a single event. No index contains it, so the request must name the document or a range of at most a
 * day. Throws `ActivityError` `required_field` if it names neither, `invalid_value` if a parameter cannot be combined.
 */
function parseEventId(
  text: string | null,
  { entity_id, since, until }: Pick<EventFilter, "entity_id" | "since" | "until">,
  cursor: string | null,
): string | null {
  if (text === null) return null;
  if (!eventIdPattern.test(text)) throw invalidValue("event_id", "event_id must be evt_ and 32 hexadecimal digits.");
  if (cursor !== null) throw invalidValue("cursor", "cursor cannot be combined with event_id. Remove one of them.");
  if (entity_id !== null) return text;
  const remedy = "Add entity_id, or since and until at most 24 hours apart.";
  if (since === null || until === null) {
    throw new ActivityError("required_field", `event_id needs a document or a day. ${remedy}`, { field: "entity_id" });
  }
  if (Date.parse(until) - Date.parse(since) > maxEventIdRangeMs) {
    throw invalidValue("until", `The range is too long for event_id. ${remedy}`);
  }
  return text;
}

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

/** What a caller asked of the feed, or of one document's timeline. */
export type ActivityRequest = {
  readonly filter: EventFilter;
  readonly limit: number;
  readonly cursor: string | null;
  /** Where it is given, only the event with this id. */
  readonly eventId: string | null;
  readonly include: ReadonlySet<IncludeOption>;
};

/**
 * Every parameter of the routes of events: those of all routes, and those of the feed alone, which the path of a
 * document's timeline answers. A parameter that is not here is refused.
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

/** The parameters that a route knows, in their order. */
export function knownParameters({ document }: Pick<ActivityRoute, "document">): readonly string[] {
  const known = Object.entries(parameters);
  return known.filter(([, where]) => where === "all" || document === null).map(([name]) => name);
}

/** The parameters of routes that list nothing. */
export const commonParameters = ["organization_id"] as const;

/** Events of a page when the caller names no number, and at most. */
export const defaultLimit = 100;
export const maxLimit = 500;

const shown: ReadonlySet<string> = new Set(documentTypes);

/** Reads the parameters of a request for events. Throws `ActivityError` `invalid_value` and names the parameter. */
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
  throw invalidValue("action", "action must be words in upper case, joined by _, such as INVOICE_PAID.");
}

function parseEntityType(text: string | null): EntityType | null {
  if (text === null) return null;
  if (isDocumentType(text)) return text;
  throw invalidValue("entity_type", `Unknown entity_type '${text.slice(0, 64)}'.`, { valid: documentTypes });
}

function isDocumentType(text: string): text is EntityType {
  return shown.has(text);
}

function parseId(text: string | null, field: string): string | null {
  if (text === null || (text !== "" && text.length <= maxIdLength && isCleanId(text))) return text;
  throw invalidValue(field, `${field} must have 1 to ${maxIdLength} characters, none of them a control character.`);
}

/** Reads a list of names, separated by commas. Throws `ActivityError` `invalid_value` for one that is unknown. */
function parseInclude(text: string | null): ReadonlySet<IncludeOption> {
  const included = new Set<IncludeOption>();
  for (const name of text?.split(",") ?? []) {
    const known = includeOptions.find((candidate) => candidate === name);
    if (known === undefined) {
      const message = `Unknown name '${name.slice(0, 64)}' in include: it takes ${includeOptions.join(", ")}.`;
      throw invalidValue("include", message, { valid: includeOptions });
    }
    included.add(known);
  }
  return included;
}

/** A day, and the rest of the second or minute that `until` names. */
const longestMs = 86_400_000 + 59_999;

/**
 * Reads the id of the one event that is asked for. No index has it, so the request must name the document or a range of at
 * most a day. Throws `ActivityError` `required_field` where it names neither, `invalid_value` for what cannot be combined.
 */
function parseEventId(
  text: string | null,
  { entity_id, since, until }: Pick<EventFilter, "entity_id" | "since" | "until">,
  cursor: string | null,
): string | null {
  if (text === null) return null;
  if (!eventIdPattern.test(text)) throw invalidValue("event_id", "event_id must be evt_ and 32 hexadecimal digits.");
  if (cursor !== null)
    throw invalidValue("cursor", "cursor cannot be combined with event_id: the answer has no pages.");
  if (entity_id !== null) return text;
  const remedy = "add entity_id, or since and until that are at most 24 hours apart";
  if (since === null || until === null) {
    throw new ActivityError("required_field", `event_id needs a document or a day: ${remedy}.`, { field: "entity_id" });
  }
  if (Date.parse(until) - Date.parse(since) > longestMs) {
    throw invalidValue("until", `The range is too long to look for event_id: ${remedy}.`);
  }
  return text;
}

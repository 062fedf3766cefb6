import { ActivityError } from "../../events/errors.ts";
import { isCleanId, maxIdLength } from "../../events/limits.ts";
import type { EventFilter } from "../../events/query.ts";
import { parseTimestamp } from "../../events/timestamp.ts";
import { documentTypes, type EntityType } from "../../events/vocabulary.ts";
import type { ActivityRoute } from "./routes.ts";

/** What a caller asked of the feed, or of one document's timeline. */
export type ActivityRequest = {
  readonly filter: EventFilter;
  readonly limit: number;
  readonly cursor: string | null;
};

/** Events of a page when the caller names no number, and at most. */
/** Every parameter that means something here. */
export const parameters = [
  "organization_id",
  "entity_type",
  "entity_id",
  "actor_user_id",
  "since",
  "until",
  "limit",
  "cursor",
] as const;

export const defaultLimit = 100;
export const maxLimit = 500;
const shown: ReadonlySet<string> = new Set(documentTypes);

/** Reads the parameters of a request for events. Throws `ActivityError` `invalid_value` and names the parameter. */
export function readActivityRequest(route: ActivityRoute, query: URLSearchParams): ActivityRequest {
  const { document } = route;
  const filter = {
    entity_type: document?.type ?? readEntityType(only(query, "entity_type")),
    entity_id: readId(document?.id ?? only(query, "entity_id"), "entity_id"),
    actor_user_id: document === null ? readId(only(query, "actor_user_id"), "actor_user_id") : null,
    contact_id: null,
    settled: null,
    visible: documentTypes,
    since: readTime(only(query, "since"), "since", "up"),
    until: readTime(only(query, "until"), "until", "down"),
  };
  return { filter, limit: readLimit(only(query, "limit")), cursor: only(query, "cursor") };
}

/** The one value of a parameter, or `null`. Two values would leave open which of them holds, and are refused. */
function only(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  if (others.length > 0) throw invalid(name, `The parameter ${name} is given more than once.`);
  return value;
}

function readEntityType(text: string | null): EntityType | null {
  if (text === null) return null;
  if (isShown(text)) return text;
  throw invalid("entity_type", `Unknown entity_type '${text.slice(0, 64)}'.`, { valid: documentTypes });
}

function isShown(text: string): text is EntityType {
  return shown.has(text);
}

function readId(text: string | null, field: string): string | null {
  if (text === null || (text !== "" && text.length <= maxIdLength && isCleanId(text))) return text;
  throw invalid(field, `${field} must have 1 to ${maxIdLength} characters, none of them a control character.`);
}

function readTime(text: string | null, field: string, round: "up" | "down"): string | null {
  if (text === null) return null;
  const time = parseTimestamp(text, round);
  if (time !== null) return time;
  throw invalid(field, `${field} must be an ISO 8601 date, or date and time, such as 2026-05-11T08:30:12Z.`);
}

function readLimit(text: string | null): number {
  if (text === null) return defaultLimit;
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= maxLimit) return Number(text);
  throw invalid("limit", `limit must be a whole number from 1 to ${maxLimit}.`);
}

function invalid(field: string, message: string, details?: Record<string, unknown>): ActivityError {
  return new ActivityError("invalid_value", message, details ? { field, details } : { field });
}

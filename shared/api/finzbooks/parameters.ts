import { invalidValue, parseLimit } from "#shared/api/http/parameters.ts";
import { schemaComponent } from "#shared/api/operations/component.ts";
import { queryParameter, type UnparsedParameter } from "#shared/api/operations/parameter.ts";
import { timeParameter } from "#shared/api/operations/time-parameter.ts";
import { documentTypes, type EntityType } from "#shared/events/entity-types.ts";
import {
  actionPattern,
  eventIdPattern,
  isAction,
  isId,
  maxActionLength,
  maxIdLength,
  orgIdPattern,
} from "#shared/events/limits.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import { type IncludeOption, includeOptions } from "./mapping.ts";

/** Events per page: default and maximum. */
export const defaultLimit = 100;
export const maxLimit = 500;

export const idSchema = { type: "string", minLength: 1, maxLength: maxIdLength };

export const entityTypeSchema = schemaComponent("EntityType", { type: "string", enum: documentTypes });

const orgIdSchema = { type: "string", pattern: orgIdPattern.source };

/** The parameters of every operation. `credentials.ts` parses them. */
export const orgParameters = [
  {
    component: "Org",
    name: "X-AIBooks-Org",
    in: "header",
    description: "The organisation. Optional if the token is bound to one organisation only.",
    schema: orgIdSchema,
    example: "org_8f9a1c2d",
  },
  {
    component: "OrgInQuery",
    name: "organization_id",
    in: "query",
    description: "The same as `X-AIBooks-Org`, for clients that cannot send headers.",
    schema: orgIdSchema,
  },
] as const satisfies readonly UnparsedParameter[];

export const entityType = queryParameter({
  component: "EntityType",
  name: "entity_type",
  description: "Only events of one entity type.",
  schema: entityTypeSchema,
  parse: (text) => {
    if (text === null || isDocumentType(text)) return text;
    throw invalidValue("entity_type", `Unknown entity_type '${text.slice(0, 64)}'.`, { valid: documentTypes });
  },
});

const documentTypeSet: ReadonlySet<string> = new Set(documentTypes);

function isDocumentType(text: string): text is EntityType {
  return documentTypeSet.has(text);
}

export const entityId = queryParameter({
  component: "EntityId",
  name: "entity_id",
  description: "Only events of one document.",
  schema: idSchema,
  parse: (text) => parseId(text, "entity_id"),
});

export const actorUserId = queryParameter({
  component: "ActorUserId",
  name: "actor_user_id",
  description: "Only events that one user caused.",
  schema: idSchema,
  parse: (text) => parseId(text, "actor_user_id"),
});

/** Returns an id; `null` if absent. Throws `ActivityError` `invalid_value` with the field. */
export function parseId(text: string | null, field: string): string | null {
  if (text === null || isId(text)) return text;
  throw invalidValue(field, `${field} must have 1 to ${maxIdLength} characters and no control characters.`);
}

const action = queryParameter({
  component: "Action",
  name: "action",
  description:
    "Only this action, exactly. Name the entity type or the document as well if you know it: only payments, such as " +
    "`INVOICE_PAID`, have an index of their own. A page of other actions may have fewer events than `limit`, or none, " +
    "although more follow.",
  schema: { type: "string", maxLength: maxActionLength, pattern: actionPattern.source },
  example: "INVOICE_PAID",
  parse: (text) => {
    if (text === null || isAction(text)) return text;
    throw invalidValue("action", "action must be words in upper case joined by _, such as INVOICE_PAID.");
  },
});

const eventId = queryParameter({
  component: "EventId",
  name: "event_id",
  description:
    "Only the event with this id: a list with one event, or empty. Requires the document, or `since` and `until` at most " +
    "24 hours apart; not with `cursor`. If the range has more events and the newest " +
    `${offsetPageBudget.events} do not contain it, the response is 400.`,
  schema: { type: "string", pattern: eventIdPattern.source },
  parse: (text) => {
    if (text === null || eventIdPattern.test(text)) return text;
    throw invalidValue("event_id", "event_id must be evt_ and 32 hexadecimal digits.");
  },
});

export const since = timeParameter({ name: "since", component: "Since", zone: "it is in UTC", example: "2026-05-11" });

export const until = timeParameter({
  name: "until",
  component: "Until",
  zone: "it is in UTC",
  example: "2026-05-12T13:21:33+05:30",
});

const limit = queryParameter({
  component: "Limit",
  name: "limit",
  description: "Maximum events per page.",
  schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit },
  parse: (text) => parseLimit(text, defaultLimit, maxLimit),
});

export const cursor = queryParameter({
  component: "Cursor",
  name: "cursor",
  description:
    "Where the previous page ended; the filters must be the same. Opaque: use the `Link` header, or `next_cursor` of " +
    "`include=cursor`.",
  schema: { type: "string" },
  parse: (text) => text,
});

const include = queryParameter({
  component: "Include",
  name: "include",
  description:
    "What to add to the response, separated by commas: the actor, a sentence in English, the related entities and the " +
    "number in the change feed (with `limit` at most 100) of each event; to `page_context` the cursor of the next page, for clients that cannot read headers.",
  style: "form",
  explode: false,
  schema: { type: "array", items: { type: "string", enum: includeOptions } },
  example: ["actor", "text"],
  parse: parseInclude,
});

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

/** The parameters of both lists of events, after those that name the document or the user. */
export const pageParameters = [action, eventId, since, until, limit, cursor, include] as const;

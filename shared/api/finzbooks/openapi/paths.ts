import { includeOptions } from "#shared/api/finzbooks/mapping.ts";
import { defaultLimit, maxLimit } from "#shared/api/finzbooks/query.ts";
import { basePath, collections } from "#shared/api/finzbooks/routes.ts";
import { headerRefs, rateLimitHeaderNames, readCostDescription } from "#shared/api/openapi/components.ts";
import {
  conditionalHeaderNames,
  conditionalHeaders,
  conditionalParameters,
  notModified,
} from "#shared/api/openapi/conditional.ts";
import { timeParameter } from "#shared/api/openapi/time-parameter.ts";
import { rateLimit } from "#shared/auth/rate-limit.ts";
import type { EntityType } from "#shared/events/entity-types.ts";
import { actionPattern, eventIdPattern, maxActionLength, maxIdLength, orgIdPattern } from "#shared/events/limits.ts";
import { offsetPageBudget } from "#shared/events/query/offset-scan.ts";
import { describeErrorResponses, errorResponseRefs } from "./errors.ts";
import { finzbooksSchemas } from "./schemas.ts";

const id = { type: "string", minLength: 1, maxLength: maxIdLength };
const integer = { type: "integer", format: "int64", minimum: 0 };

const parameters = {
  Org: {
    name: "X-AIBooks-Org",
    in: "header",
    description: "The organisation. Optional if the token is bound to one organisation only.",
    schema: { type: "string", pattern: orgIdPattern.source },
    example: "org_8f9a1c2d",
  },
  OrgInQuery: {
    name: "organization_id",
    in: "query",
    description: "The same as `X-AIBooks-Org`, for clients that cannot send headers.",
    schema: { type: "string", pattern: orgIdPattern.source },
  },
  EntityType: {
    name: "entity_type",
    in: "query",
    description: "Only events of one entity type.",
    schema: { $ref: "#/components/schemas/EntityType" },
  },
  EntityId: { name: "entity_id", in: "query", description: "Only events of one document.", schema: id },
  ActorUserId: { name: "actor_user_id", in: "query", description: "Only events that one user caused.", schema: id },
  Action: {
    name: "action",
    in: "query",
    description:
      "Only this action, exactly. Name the entity type or the document as well if you know it: only payments, such as " +
      "`INVOICE_PAID`, have an index of their own. A page of other actions may have fewer events than `limit`, or none, " +
      "although more follow.",
    schema: { type: "string", maxLength: maxActionLength, pattern: actionPattern.source },
    example: "INVOICE_PAID",
  },
  EventId: {
    name: "event_id",
    in: "query",
    description:
      "Only the event with this id: a list with one event, or empty. Requires the document, or `since` and `until` at most " +
      "24 hours apart; not with `cursor`. If the range has more events and the newest " +
      `${offsetPageBudget.events} do not contain it, the response is 400.`,
    schema: { type: "string", pattern: eventIdPattern.source },
  },
  Include: {
    name: "include",
    in: "query",
    description:
      "What to add to the response, separated by commas: the actor, a sentence in English and the related entities of " +
      "each event; to `page_context` the cursor of the next page, for clients that cannot read headers.",
    style: "form",
    explode: false,
    schema: { type: "array", items: { type: "string", enum: includeOptions } },
    example: ["actor", "text"],
  },
  Since: timeParameter("since", "it is in UTC", "2026-05-11"),
  Until: timeParameter("until", "it is in UTC", "2026-05-12T13:21:33+05:30"),
  Limit: {
    name: "limit",
    in: "query",
    description: "Maximum events per page.",
    schema: { type: "integer", minimum: 1, maximum: maxLimit, default: defaultLimit },
  },
  Cursor: {
    name: "cursor",
    in: "query",
    description:
      "Where the previous page ended; the filters must be the same. Opaque: use the `Link` header, or `next_cursor` of " +
      "`include=cursor`.",
    schema: { type: "string" },
  },
  ...conditionalParameters,
};

const headers = {
  "X-Request-Id": { description: "Identifies the request in the logs.", schema: { type: "string" } },
  "X-RateLimit-Limit": {
    description: `Requests that the token may make in ${rateLimit.windowSeconds} seconds.`,
    schema: integer,
    example: rateLimit.requests,
  },
  "X-RateLimit-Remaining": { description: `Requests left in the window. ${readCostDescription}`, schema: integer },
  "X-RateLimit-Reset": { description: "Start of the next window, in Unix seconds.", schema: integer },
  "Retry-After": { description: "Seconds until a retry can succeed.", schema: integer },
  Link: {
    description: 'The URL of the next, older page: `<…>; rel="next"` (RFC 8288). Absent on the last page.',
    schema: { type: "string" },
  },
  ...conditionalHeaders,
};

/** Returns the security requirement of an operation. */
export const accessTokenSecurity = (scope: string[]) => [{ accessToken: scope }];

/** Returns references to parameters of the dialect. */
export const parameterRefs = (...names: readonly (keyof typeof parameters)[]) =>
  names.map((name) => ({ $ref: `#/components/parameters/${name}` }));

function success(schema: keyof typeof finzbooksSchemas, description: string, headerNames: readonly string[]) {
  const content = { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
  return { 200: { description, headers: headerRefs(headerNames), content } };
}

const page = {
  ...success("Activity", "A page of events, newest first.", [
    "Link",
    ...conditionalHeaderNames,
    ...rateLimitHeaderNames,
  ]),
  ...notModified(["Link", ...rateLimitHeaderNames]),
  ...errorResponseRefs(400, 401, 403, 429, 500, 503),
};

function timelineOf(collection: string, type: EntityType) {
  const words = type.toLowerCase().replaceAll("_", " ");
  const name = `${type.toLowerCase()}_id`;
  const get = {
    operationId: `list_${collection}_activity`,
    summary: `The timeline of one ${words}`,
    description: "The timeline of an unknown id is empty.",
    tags: ["activity"],
    security: accessTokenSecurity(["AIBooks.activity.READ"]),
    parameters: [
      { name, in: "path", required: true, description: "Percent-encoded as a path segment.", schema: id },
      ...parameterRefs(
        "Org",
        "OrgInQuery",
        "Action",
        "EventId",
        "Since",
        "Until",
        "Limit",
        "Cursor",
        "Include",
        "IfNoneMatch",
      ),
    ],
    responses: page,
  };
  return [`${basePath}/${collection}/{${name}}/activity`, { get }] as const;
}

/** Returns the paths of this dialect, one for each route of `findRoute`. */
export function finzbooksPaths() {
  const list = {
    operationId: "list_activity",
    summary: "The events of an organisation, newest first",
    description:
      "Events must match all filters. `since` must not be after `until`. An unknown parameter is an error, with the known " +
      "names in `details.valid`.",
    tags: ["activity"],
    security: accessTokenSecurity(["AIBooks.activity.READ"]),
    parameters: parameterRefs(
      "Org",
      "OrgInQuery",
      "EntityType",
      "EntityId",
      "ActorUserId",
      "Action",
      "EventId",
      "Since",
      "Until",
      "Limit",
      "Cursor",
      "Include",
      "IfNoneMatch",
    ),
    responses: page,
  };
  const whoami = {
    operationId: "whoami",
    summary: "The token of the request",
    tags: ["access"],
    security: accessTokenSecurity([]),
    parameters: parameterRefs("Org", "OrgInQuery"),
    responses: {
      ...success("Whoami", "The token, without its secret.", rateLimitHeaderNames),
      ...errorResponseRefs(400, 401, 403, 429, 500, 503),
    },
  };
  return {
    [`${basePath}/activity`]: { get: list },
    ...Object.fromEntries(Object.entries(collections).map(([name, type]) => timelineOf(name, type))),
    [`${basePath}/whoami`]: { get: whoami },
  };
}

/** Returns the components of this dialect, some of which the others use, too. */
export function finzbooksComponents() {
  return { schemas: finzbooksSchemas, parameters, headers, responses: describeErrorResponses() };
}

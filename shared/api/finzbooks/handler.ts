import { type AuthContext, defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters, redactForLog } from "#shared/api/http/format-filters.ts";
import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { AuditFields, HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { jsonResponse, toNextLinkHeader } from "#shared/api/http/response.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { type ActiveToken, assertScope } from "#shared/auth/caller.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { hashToken } from "#shared/auth/token-format.ts";
import type { Position } from "#shared/events/event.ts";
import { parseCursor } from "#shared/events/query/cursor.ts";
import { findEvent } from "#shared/events/query/find-event.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import { createMeteredReader, type EventPage, type EventQuery, type EventReader } from "#shared/events/query/query.ts";
import { authenticateCaller, type FinzbooksCredentials, parseCredentials, toCaller } from "./credentials.ts";
import { toProjection } from "./mapping.ts";
import { type ActivityRequest, commonParameters, knownParameters, parseActivityRequest } from "./query.ts";
import { type FinzbooksPage, renderFittingPage, renderWhoami } from "./render.ts";
import { type ActivityRoute, findRoute } from "./routes.ts";

export type FinzbooksPorts = {
  readonly events: EventReader;
  readonly tokens: TokenUsageStore;
  readonly now: () => Date;
};

/** Creates the handler of the FinzBooks dialect. It throws `ActivityError`, which `renderError` renders. */
export function createFinzbooksHandler({ events, tokens, now }: FinzbooksPorts) {
  const callerCache = new CallerCache();
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { auditFields } = context;
    const route = findRoute(request.method, request.path);
    auditFields.route = route.kind;
    // Set before authentication, so that the audit line of a refused request names the document.
    if (route.kind === "activity" && route.document !== null) auditFields.entity_id = redactForLog(route.document.id);
    const credentials = parseCredentials(request);
    const { secret } = credentials;
    const auth = { authenticator, secret, context, rateLimitPolicy: defaultRateLimitPolicy, now };
    if (route.kind === "whoami") return handleWhoami(request, auth, credentials);

    const cacheKey = `${hashToken(secret)} ${credentials.namedOrgs}`;
    const authorize = (token: ActiveToken) => authorizeReading(token, credentials, auditFields);
    const page = await speculativeRead({ ...auth, callerCache, cacheKey, authorize }, async (orgId, meter) =>
      readPage(createMeteredReader(events, meter), orgId, parseActivityRequest(route, request.query), auditFields),
    );
    const { body, cursor, count } = renderFittingPage(page);
    auditFields.count = count;
    return pageResponse(request, route, body, cursor);
  };
}

async function handleWhoami(request: HttpRequest, auth: AuthContext, credentials: FinzbooksCredentials) {
  const caller = await authenticateCaller(auth, credentials);
  assertKnownParameters(request.query, commonParameters);
  return jsonResponse(renderWhoami(caller));
}

function authorizeReading(token: ActiveToken, { namedOrgs }: FinzbooksCredentials, auditFields: AuditFields): string {
  const { org_id } = toCaller(token, namedOrgs);
  // Set before the check of the scope, so that the audit line of a refused request names the organisation.
  auditFields.org_id = org_id;
  assertScope(token, "AIBooks.activity.READ");
  return org_id;
}

async function readPage(
  reader: EventReader,
  org_id: string,
  { filter, limit, cursor, eventId, include }: ActivityRequest,
  auditFields: AuditFields,
): Promise<FinzbooksPage> {
  const after = cursor === null ? null : parseCursor(cursor, org_id, filter);
  setAuditFilters(auditFields, { filter, limit, eventId, include }, after);
  const query = { ...filter, org_id, projection: toProjection(include) };
  const page =
    eventId === null
      ? await listEvents(reader, { ...query, limit, after })
      : await readSingleEventPage(reader, query, eventId);
  return { ...page, filter, limit, include, org_id };
}

function setAuditFilters(
  auditFields: AuditFields,
  { filter, limit, eventId, include }: Omit<ActivityRequest, "cursor">,
  after: Position | null,
): void {
  const { entity_type, entity_id, action, actor_user_id, since, until } = filter;
  auditFields.entity_id = entity_id === null ? undefined : redactForLog(entity_id);
  auditFields.filters = formatFilters([
    ["entity_type", entity_type],
    ["action", action],
    ["actor_user_id", actor_user_id],
    ["event_id", eventId],
    ["since", since],
    ["until", until],
    ["limit", limit],
    ["include", include.size === 0 ? null : [...include].join(",")],
    ["after", after?.occurred_at ?? null],
  ]);
}

/** Returns a page with the event of an id; empty if no event matches. */
async function readSingleEventPage(
  reader: EventReader,
  query: Omit<EventQuery, "limit" | "after">,
  eventId: string,
): Promise<EventPage> {
  const event = await findEvent(reader, query, eventId);
  return { events: event === null ? [] : [event], next: null };
}

function pageResponse(request: HttpRequest, route: ActivityRoute, body: string, cursor: string | null): HttpResponse {
  const link = cursor === null ? {} : toNextLinkHeader(request, route.path, knownParameters(route), cursor);
  return toConditionalResponse(request, jsonResponse(body, 200, link), ["x-aibooks-org"]);
}

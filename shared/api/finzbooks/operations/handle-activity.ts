import type { ActivityRequest } from "#shared/api/finzbooks/activity-request.ts";
import { toCaller } from "#shared/api/finzbooks/credentials.ts";
import { toProjection } from "#shared/api/finzbooks/mapping.ts";
import { readViewerPage } from "#shared/api/finzbooks/read-viewer-page.ts";
import { type FinzbooksPage, renderFittingPage } from "#shared/api/finzbooks/render.ts";
import { toCacheKey } from "#shared/api/http/authenticate-request.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters, redactForLog } from "#shared/api/http/format-filters.ts";
import type { AuditFields, HttpResponse } from "#shared/api/http/request.ts";
import { jsonResponse, toNextLinkHeader } from "#shared/api/http/response.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import { queryNames } from "#shared/api/operations/parse-parameters.ts";
import { fillPath } from "#shared/api/operations/router.ts";
import { type ActiveToken, assertScope } from "#shared/auth/caller.ts";
import { withoutHiddenFields } from "#shared/auth/viewer-tokens/hidden-fields.ts";
import type { ViewerToken } from "#shared/auth/viewer-tokens/viewer-token.ts";
import type { Position } from "#shared/events/event.ts";
import { parseCursor } from "#shared/events/query/cursor.ts";
import { findEvent } from "#shared/events/query/find-event.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import {
  createMeteredReader,
  type EventPage,
  type EventQuery,
  type EventReader,
  type ReadMeter,
} from "#shared/events/query/query.ts";
import { type FinzbooksCall, type FinzbooksOperation, viewerAuthenticationOf } from "./finzbooks-call.ts";

/** Handles a request for a list of events. `parse` parses its parameters while it is being authenticated. */
export async function handleActivity(
  call: FinzbooksCall,
  { path, parameters, scope }: FinzbooksOperation,
  parse: (query: URLSearchParams, viewer: ViewerToken | null) => ActivityRequest,
): Promise<HttpResponse> {
  const { request, callerCache, context } = call;
  const { auditFields } = context;
  const { auth, credentials } = await viewerAuthenticationOf(call, scope);
  const { viewer, namedOrgs } = credentials;
  const cacheKey = `${toCacheKey(auth.credential)} ${namedOrgs}`;
  const authorize = (token: ActiveToken) => {
    const { org_id } = toCaller(token, credentials);
    // Set before the check of the scope, so that the audit line of a refused request names the organisation.
    auditFields.org_id = org_id;
    assertScope(token, scope);
    return org_id;
  };
  const page = await speculativeRead({ ...auth, callerCache, cacheKey, authorize }, async (orgId, meter) =>
    readPage({ call, meter, viewer }, orgId, parse(request.query, viewer)),
  );
  const { body, cursor, count } = renderFittingPage(page);
  auditFields.count = count;
  const link =
    cursor === null ? {} : toNextLinkHeader(request, fillPath(path, call.path), queryNames(parameters), cursor);
  return toConditionalResponse(request, jsonResponse(body, 200, link), ["x-aibooks-org"]);
}

type ReadContext = {
  readonly call: Pick<FinzbooksCall, "events" | "findSequences" | "context">;
  readonly meter: ReadMeter;
  readonly viewer: ViewerToken | null;
};

async function readPage(
  { call, meter, viewer }: ReadContext,
  org_id: string,
  { filter, limit, cursor, eventId, include }: ActivityRequest,
): Promise<FinzbooksPage> {
  const after = cursor === null ? null : parseCursor(cursor, org_id, filter);
  setAuditFilters(call.context.auditFields, { filter, limit, eventId, include }, after);
  const query = { ...filter, org_id, projection: toProjection(include) };
  const reader = createMeteredReader(call.events, meter);
  const list = viewer === null ? listEvents : readViewerPage;
  const { events, next } =
    eventId === null
      ? await list(reader, { ...query, limit, after })
      : await readSingleEventPage(reader, query, eventId);
  const shown = viewer === null ? events : events.map((event) => withoutHiddenFields(event, viewer.hide));
  const sequences = include.has("sequence") ? await call.findSequences(org_id, shown, meter) : new Map();
  return { events: shown, next, filter, limit, include, org_id, sequences };
}

function setAuditFilters(
  auditFields: AuditFields,
  { filter, limit, eventId, include }: Omit<ActivityRequest, "cursor">,
  after: Position | null,
): void {
  const { entity_type, entity_id, action, actor_user_id, contact_id, since, until } = filter;
  auditFields.entity_id = entity_id === null ? undefined : redactForLog(entity_id);
  auditFields.filters = formatFilters([
    ["entity_type", entity_type],
    ["action", action],
    ["actor_user_id", actor_user_id],
    ["contact_id", contact_id],
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

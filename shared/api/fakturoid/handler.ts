import { type AuthContext, authenticateRequest } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { type ActiveToken, assertScope } from "#shared/auth/caller.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { hashToken } from "#shared/auth/token-format.ts";
import { type OffsetPaginationPorts, readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { createMeteredReader, type EventReader, type ReadMeter } from "#shared/events/query/query.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { assertUserAgent, authorizeSlug, fakturoidRateLimitPolicy, parseToken } from "./credentials.ts";
import { SubjectLookup } from "./ids/subject-lookup.ts";
import { type EventListRequest, pageSize, parseListRequest, toListQuery } from "./query.ts";
import { renderEvents, renderUser } from "./render.ts";
import { findRoute } from "./routes.ts";

export type FakturoidPorts = OffsetPaginationPorts & { readonly tokens: TokenUsageStore; readonly orgs: OrgReader };

/** Creates the handler of the Fakturoid dialect. It throws `ActivityError`, which `renderError` renders. */
export function createFakturoidHandler({ tokens, ...ports }: FakturoidPorts) {
  const { now } = ports;
  const callerCache = new CallerCache();
  const orgs = new OrgCache(ports.orgs, now);
  const authenticator = new TokenAuthenticator(tokens);
  const subjects = new SubjectLookup(now);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    assertUserAgent(request);
    const route = findRoute(request.method, request.path);
    context.auditFields.route = route.kind;
    const secret = parseToken(request);
    const auth = { authenticator, secret, context, rateLimitPolicy: fakturoidRateLimitPolicy, now };
    if (route.kind === "user") return handleUser(auth, orgs);

    const read = async (orgId: string, meter: ReadMeter) => {
      const metered = { ...ports, events: createMeteredReader(ports.events, meter) };
      const org = await orgs.get(orgId);
      const list = parseListRequest(request.query, getZoneClock(org.time_zone));
      const { subjectId, since, page } = list;
      context.auditFields.filters = formatFilters(Object.entries({ subject_id: subjectId, since, page }));
      const span = { skip: (page - 1) * pageSize, take: pageSize };
      const stored = await withStoredSubject(subjects, metered.events, orgId, list);
      return { org, window: await readOffsetPage(metered, toListQuery(orgId, route.kind, stored), span) };
    };
    const cacheKey = `${hashToken(secret)} ${route.slug}`;
    const authorize = (token: ActiveToken) => authorizeSlug(token, orgs, route.slug);
    const { org, window } = await speculativeRead({ ...auth, callerCache, cacheKey, authorize }, read);
    context.auditFields.count = window.events.length;
    const saving = savePageCheckpoint(ports, window.checkpoint);
    const body = renderEvents(window.events, org);
    await saving;
    return toConditionalResponse(request, json(body));
  };
}

async function handleUser(auth: AuthContext, orgs: OrgCache): Promise<HttpResponse> {
  const token = await authenticateRequest(auth);
  assertScope(token, "AIBooks.activity.READ");
  return json(renderUser(token, await Promise.all(token.org_ids.map((orgId) => orgs.get(orgId)))));
}

async function withStoredSubject(
  subjects: SubjectLookup,
  reader: EventReader,
  org_id: string,
  request: EventListRequest,
): Promise<EventListRequest> {
  const { subjectId, since } = request;
  if (subjectId === null) return request;
  return { ...request, subjectId: await subjects.find(reader, { org_id, subjectId, since }) };
}

function json(body: string): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

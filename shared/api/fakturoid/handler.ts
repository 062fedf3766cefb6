import { authenticateRequest, getBearerToken } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import { invalidTokenError, type TokenUsageStore } from "#shared/auth/authenticate.ts";
import { type ActiveToken, assertScope, orgSuspendedError } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { hashToken } from "#shared/auth/token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { type OffsetPaginationPorts, readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { createMeteredReader, type EventReader, type ReadMeter } from "#shared/events/query/query.ts";
import { getZoneClock } from "#shared/platform/time/zone-clock.ts";
import { type EventListRequest, pageSize, parseListRequest, toListQuery } from "./query.ts";
import { fakturoidRateLimitPolicy } from "./rate.ts";
import { renderEvents, renderUser } from "./render.ts";
import { findRoute, unknownResource } from "./routes.ts";
import { SubjectLookup } from "./subject-lookup.ts";
import { assertUserAgent } from "./user-agent.ts";

export type FakturoidPorts = OffsetPaginationPorts & { readonly tokens: TokenUsageStore; readonly orgs: OrgReader };

/** Answers requests of the Fakturoid dialect. Throws `ActivityError` for what `renderError` then renders. */
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
    const secret = getBearerToken(request);
    if (secret === null) throw invalidTokenError();
    const auth = { authenticator, secret, context, rateLimitPolicy: fakturoidRateLimitPolicy, now };
    if (route.kind === "user") {
      const token = await authenticateRequest(auth);
      assertScope(token, "AIBooks.activity.READ");
      return json(renderUser(token, await Promise.all(token.org_ids.map((orgId) => orgs.get(orgId)))));
    }

    const authorize = async (token: ActiveToken) => {
      assertScope(token, "AIBooks.activity.READ");
      return (await ownOrg(orgs, token, route.slug)).org_id;
    };
    const read = async (orgId: string, meter: ReadMeter) => {
      const metered = { ...ports, events: createMeteredReader(ports.events, meter) };
      const org = await orgs.get(orgId);
      const asked = parseListRequest(request.query, getZoneClock(org.time_zone));
      context.auditFields.filters = formatFilters([
        ["subject_id", asked.subjectId],
        ["since", asked.since],
        ["page", asked.page],
      ]);
      const span = { skip: (asked.page - 1) * pageSize, take: pageSize };
      const stored = await withStoredSubject(subjects, metered.events, orgId, asked);
      return { org, window: await readOffsetPage(metered, toListQuery(orgId, route.kind, stored), span) };
    };
    const caller = { ...auth, callerCache, cacheKey: `${hashToken(secret)} ${route.slug}`, authorize };
    const { org, window } = await speculativeRead(caller, read);
    context.auditFields.count = window.events.length;
    const saving = savePageCheckpoint(ports, window.checkpoint);
    const body = renderEvents(window.events, org);
    await saving;
    return toConditionalResponse(request, json(body));
  };
}

async function withStoredSubject(
  subjects: SubjectLookup,
  reader: EventReader,
  org_id: string,
  asked: EventListRequest,
): Promise<EventListRequest> {
  const { subjectId, since } = asked;
  if (subjectId === null) return asked;
  return { ...asked, subjectId: await subjects.find(reader, { org_id, subjectId, since }) };
}

/** The organisation of a slug, among those that the token is for. What is remembered may be a minute old: look again. */
async function ownOrg(orgs: OrgCache, token: ActiveToken, slug: string): Promise<Org> {
  const orgIds = [...token.org_ids, ...token.suspended_org_ids];
  const find = (known: readonly Org[]) => known.find((org) => org.slug === slug);
  const org =
    find(await Promise.all(orgIds.map((orgId) => orgs.get(orgId)))) ??
    find(await Promise.all(orgIds.map((orgId) => orgs.refresh(orgId))));
  if (org === undefined) throw unknownResource();
  if (token.suspended_org_ids.includes(org.org_id)) throw orgSuspendedError();
  return org;
}

function json(body: string): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

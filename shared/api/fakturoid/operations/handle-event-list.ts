import { authorizeSlug } from "#shared/api/fakturoid/credentials.ts";
import type { SubjectLookup } from "#shared/api/fakturoid/ids/subject-lookup.ts";
import { listParameters, pageSize } from "#shared/api/fakturoid/parameters.ts";
import { type EventListRequest, toListQuery } from "#shared/api/fakturoid/query.ts";
import { renderEvents } from "#shared/api/fakturoid/render.ts";
import { toCacheKey } from "#shared/api/http/authenticate-request.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { HttpResponse } from "#shared/api/http/request.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import { parseValues } from "#shared/api/operations/parse-parameters.ts";
import { type ActiveToken, assertScope } from "#shared/auth/caller.ts";
import { readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { createMeteredReader, type EventReader, type ReadMeter } from "#shared/events/query/query.ts";
import { parseTimeRange, type Zone } from "#shared/platform/time/time-range.ts";
import { getZoneClock } from "#shared/platform/time/time-zone-clock.ts";
import { authenticationOf, type FakturoidCall, type FakturoidOperation, fakturoidResponse } from "./fakturoid-call.ts";

/** Handles a request for a list of events, or of payments only. */
export async function handleEventList(
  call: FakturoidCall,
  { scope }: FakturoidOperation,
  kind: "events" | "paid",
): Promise<HttpResponse> {
  const { request, context, ports, orgs, callerCache, subjects } = call;
  const { slug = "" } = call.path;
  const auth = authenticationOf(call);
  const read = async (orgId: string, meter: ReadMeter) => {
    const metered = { ...ports, events: createMeteredReader(ports.events, meter) };
    const org = await orgs.get(orgId);
    const list = parseListRequest(request.query, getZoneClock(org.time_zone));
    const { subjectId, since, page } = list;
    context.auditFields.filters = formatFilters(Object.entries({ subject_id: subjectId, since, page }));
    const span = { skip: (page - 1) * pageSize, take: pageSize };
    const stored = await withStoredSubject(subjects, metered.events, orgId, list);
    return { org, window: await readOffsetPage(metered, toListQuery(orgId, kind, stored), span) };
  };
  const cacheKey = `${toCacheKey(auth.credential)} ${slug}`;
  const authorize = async (token: ActiveToken) => {
    assertScope(token, scope);
    return authorizeSlug(token, orgs, slug);
  };
  const { org, window } = await speculativeRead({ ...auth, callerCache, cacheKey, authorize }, read);
  context.auditFields.count = window.events.length;
  const saving = savePageCheckpoint(ports, window.checkpoint);
  const body = renderEvents(window.events, org);
  await saving;
  return toConditionalResponse(request, fakturoidResponse(body));
}

/**
 * Parses the parameters of a list. A `since` without an offset is in the account's time zone. Throws `ActivityError`
 * `invalid_value` with the name of the parameter, also for an empty value: ignoring it would return the list unfiltered.
 */
export function parseListRequest(query: URLSearchParams, zone: Zone): EventListRequest {
  const { page, since, subject_id } = parseValues(query, listParameters);
  return { page, since: parseTimeRange({ since, until: null }, zone).since, subjectId: subject_id };
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

import { conditional } from "#shared/api/http/conditional.ts";
import { filterText } from "#shared/api/http/filter-text.ts";
import { bearerOf, identify } from "#shared/api/http/identify.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "#shared/api/http/request.ts";
import { SeenCallers } from "#shared/api/http/seen-callers.ts";
import { readBeside } from "#shared/api/http/speculative-read.ts";
import { invalidToken, type TokenUses } from "#shared/auth/authenticate.ts";
import { type ActiveToken, orgSuspended, requireScope } from "#shared/auth/caller.ts";
import type { Org } from "#shared/auth/orgs/org.ts";
import { OrgDirectory, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { tokenHash } from "#shared/auth/token.ts";
import { TokenGate } from "#shared/auth/token-gate.ts";
import { readWindow, type WindowWorld } from "#shared/events/query/offset-pagination.ts";
import { type EventReader, meteredReader, type ReadMeter } from "#shared/events/query/query.ts";
import { zoneClock } from "#shared/platform/time/zone-clock.ts";
import { type ListRequest, listingOf, pageSize, readListRequest } from "./query.ts";
import { fakturoidRate } from "./rate.ts";
import { renderEvents, renderUser } from "./render.ts";
import { findRoute, unknownResource } from "./routes.ts";
import { SubjectLookup } from "./subject-lookup.ts";
import { requireUserAgent } from "./user-agent.ts";

export type AnswerContext = WindowWorld & { readonly tokens: TokenUses; readonly orgs: OrgReader };

/** Answers requests of the Fakturoid dialect. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerFakturoid({ tokens, ...context }: AnswerContext) {
  const { now } = context;
  const seen = new SeenCallers();
  const orgs = new OrgDirectory(context.orgs, now);
  const gate = new TokenGate(tokens);
  const subjects = new SubjectLookup(now);

  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    requireUserAgent(request);
    const route = findRoute(request.method, request.path);
    trace.facts.route = route.kind;
    const secret = bearerOf(request);
    if (secret === null) throw invalidToken();
    const visit = { gate, secret, trace, rate: fakturoidRate, now };
    if (route.kind === "user") {
      const token = await identify(visit);
      requireScope(token, "AIBooks.activity.READ");
      return json(renderUser(token, await Promise.all(token.org_ids.map((orgId) => orgs.get(orgId)))));
    }

    const orgOf = async (token: ActiveToken) => {
      requireScope(token, "AIBooks.activity.READ");
      return (await ownOrg(orgs, token, route.slug)).org_id;
    };
    const read = async (orgId: string, meter: ReadMeter) => {
      const metered = { ...context, events: meteredReader(context.events, meter) };
      const org = await orgs.get(orgId);
      const asked = readListRequest(request.query, zoneClock(org.time_zone));
      trace.facts.filters = filterText([
        ["subject_id", asked.subjectId],
        ["since", asked.since],
        ["page", asked.page],
      ]);
      const span = { skip: (asked.page - 1) * pageSize, take: pageSize };
      const stored = await withStoredSubject(subjects, metered.events, orgId, asked);
      return { org, window: await readWindow(metered, listingOf(orgId, route.kind, stored), span) };
    };
    const caller = { ...visit, seen, key: `${tokenHash(secret)} ${route.slug}`, orgOf };
    const { org, window } = await readBeside(caller, read);
    trace.facts.count = window.events.length;
    const remembering = window.remember();
    const body = renderEvents(window.events, org);
    await remembering;
    return conditional(request, json(body));
  };
}

async function withStoredSubject(
  subjects: SubjectLookup,
  reader: EventReader,
  org_id: string,
  asked: ListRequest,
): Promise<ListRequest> {
  const { subjectId, since } = asked;
  if (subjectId === null) return asked;
  return { ...asked, subjectId: await subjects.find(reader, { org_id, subjectId, since }) };
}

/** The organisation of a slug, among those that the token is for. What is remembered may be a minute old: look again. */
async function ownOrg(orgs: OrgDirectory, token: ActiveToken, slug: string): Promise<Org> {
  const orgIds = [...token.org_ids, ...token.suspended_org_ids];
  const find = (known: readonly Org[]) => known.find((org) => org.slug === slug);
  const org =
    find(await Promise.all(orgIds.map((orgId) => orgs.get(orgId)))) ??
    find(await Promise.all(orgIds.map((orgId) => orgs.refresh(orgId))));
  if (org === undefined) throw unknownResource();
  if (token.suspended_org_ids.includes(org.org_id)) throw orgSuspended();
  return org;
}

function json(body: string): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json; charset=utf-8" }, body };
}

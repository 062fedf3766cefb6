import { authenticateRequest, defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { AuditFields, HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { isResponseTooLarge } from "#shared/api/http/response.ts";
import { type ReadAuthContext, speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { ActiveToken } from "#shared/auth/caller.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { hashToken } from "#shared/auth/token-format.ts";
import { ActivityError } from "#shared/errors.ts";
import { type OffsetPaginationPorts, readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { createMeteredReader, type ReadMeter } from "#shared/events/query/query.ts";
import { authorizeAccount, parseCredentials } from "./credentials.ts";
import { formattedResponse, negotiateFormat, type ResponseFormat } from "./format/negotiate-format.ts";
import { type ActivityContext, toActivity } from "./mapping.ts";
import {
  assertKnownParameters,
  parseFields,
  parseListRequest,
  toActivityQuery,
  toAuditFields,
  toListQuery,
} from "./query.ts";
import { renderAccount, renderActivities, renderActivity } from "./render.ts";
import { findRoute } from "./routes.ts";

export type SimplybooksPorts = OffsetPaginationPorts & { readonly tokens: TokenUsageStore; readonly orgs: OrgReader };

/** Request headers that affect a list, besides those of all dialects. */
const varyBy = ["accept", "x-accountid", "x-api-key"];

/** Everything that one request is handled with. */
type RequestScope = {
  readonly request: HttpRequest;
  readonly auditFields: AuditFields;
  readonly format: ResponseFormat;
  readonly auth: ReadAuthContext;
  readonly orgs: OrgCache;
  readonly ports: OffsetPaginationPorts;
};

/** Creates the handler of the SimplyBooks dialect. It throws `ActivityError`, which `renderError` renders. */
export function createSimplybooksHandler({ tokens, ...ports }: SimplybooksPorts) {
  const { now } = ports;
  const callerCache = new CallerCache();
  const orgs = new OrgCache(ports.orgs, now);
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const { auditFields } = context;
    const route = findRoute(request.method, request.path);
    auditFields.route = route.kind;
    const format = negotiateFormat(request);
    const { key, account } = parseCredentials(request);
    const auth = {
      authenticator,
      secret: key,
      context,
      rateLimitPolicy: defaultRateLimitPolicy,
      now,
      callerCache,
      cacheKey: `${hashToken(key)} ${account}`,
      authorize: (token: ActiveToken) => authorizeAccount(token, orgs, account),
    };
    const scope = { request, auditFields, format, auth, orgs, ports };
    switch (route.kind) {
      case "account":
        return handleAccount(scope);
      case "activity":
        return handleActivity(scope, route.id);
      case "list":
        return handleList(scope);
    }
  };
}

async function handleAccount({ request, auditFields, format, auth, orgs }: RequestScope): Promise<HttpResponse> {
  const orgId = await auth.authorize(await authenticateRequest(auth));
  assertKnownParameters("account", request.query);
  auditFields.org_id = orgId;
  return formattedResponse(format, renderAccount(await orgs.get(orgId), request.origin, format));
}

async function handleActivity(scope: RequestScope, id: string): Promise<HttpResponse> {
  const { request, auditFields, format, auth, ports } = scope;
  auditFields.filters = formatFilters([["activity_id", id]]);
  const { activity, fields } = await speculativeRead(auth, async (orgId, meter) => {
    assertKnownParameters("activity", request.query);
    const fields = parseFields(request.query);
    const context = await activityContext(scope, orgId);
    const query = toActivityQuery(orgId, id, context);
    if (query === null) return { activity: null, fields };
    const { events } = await readOffsetPage(metered(ports, meter), query, { skip: 0, take: 1 });
    const [event] = events;
    return { activity: event === undefined ? null : toActivity(event, context), fields };
  });
  if (activity === null) throw new ActivityError("not_found", "activity_id unknown");
  auditFields.count = 1;
  return formattedResponse(format, renderActivity(activity, fields, format));
}

async function handleList(scope: RequestScope): Promise<HttpResponse> {
  const { request, auditFields, format, auth, ports } = scope;
  const { window, activities, fields } = await speculativeRead(auth, async (orgId, meter) => {
    const list = parseListRequest(request.query);
    Object.assign(auditFields, toAuditFields(list));
    const context = await activityContext(scope, orgId);
    const window = await readOffsetPage(metered(ports, meter), toListQuery(orgId, list, context), list);
    return { window, activities: window.events.map((event) => toActivity(event, context)), fields: list.fields };
  });
  auditFields.count = activities.length;
  const saving = savePageCheckpoint(ports, window.checkpoint);
  const body = renderActivities(activities, fields, format);
  await saving;
  if (isResponseTooLarge(body)) {
    throw new ActivityError("too_large", "take too long: the response would be too large, use a smaller take");
  }
  return toConditionalResponse(request, formattedResponse(format, body), varyBy);
}

const metered = (ports: OffsetPaginationPorts, meter: ReadMeter) => ({
  ...ports,
  events: createMeteredReader(ports.events, meter),
});

async function activityContext({ orgs, request }: RequestScope, orgId: string): Promise<ActivityContext> {
  return { org: await orgs.get(orgId), origin: request.origin };
}

import { authenticateRequest, defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import { toConditionalResponse } from "#shared/api/http/conditional-response.ts";
import { formatFilters } from "#shared/api/http/format-filters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { isResponseTooLarge } from "#shared/api/http/response.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import type { ActiveToken } from "#shared/auth/caller.ts";
import { OrgCache, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { hashToken } from "#shared/auth/token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
import { ActivityError } from "#shared/errors.ts";
import { type OffsetPaginationPorts, readOffsetPage } from "#shared/events/query/offset-pagination.ts";
import { savePageCheckpoint } from "#shared/events/query/page-checkpoint.ts";
import { createMeteredReader, type ReadMeter } from "#shared/events/query/query.ts";
import { toActivity } from "./activity.ts";
import { authorizeAccount, parseCredentials } from "./credentials.ts";
import { formattedResponse, negotiateFormat } from "./format.ts";
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

/** What a list depends on besides what is common to all dialects. */
const varyBy = ["accept", "x-accountid", "x-api-key"];

/** Answers requests of the SimplyBooks dialect. Throws `ActivityError` for what `renderError` then renders. */
export function createSimplybooksHandler({ tokens, ...ports }: SimplybooksPorts) {
  const { now } = ports;
  const callerCache = new CallerCache();
  const orgs = new OrgCache(ports.orgs, now);
  const authenticator = new TokenAuthenticator(tokens);

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const route = findRoute(request.method, request.path);
    context.auditFields.route = route.kind;
    const format = negotiateFormat(request);
    const credentials = parseCredentials(request);
    const auth = { authenticator, secret: credentials.key, context, rateLimitPolicy: defaultRateLimitPolicy, now };
    const authorize = (token: ActiveToken) => authorizeAccount(token, orgs, credentials.account);
    const caller = {
      ...auth,
      callerCache,
      cacheKey: `${hashToken(credentials.key)} ${credentials.account}`,
      authorize,
    };
    const metered = (meter: ReadMeter) => ({ ...ports, events: createMeteredReader(ports.events, meter) });
    const setting = async (orgId: string) => ({ org: await orgs.get(orgId), origin: request.origin });

    switch (route.kind) {
      case "account": {
        const orgId = await authorize(await authenticateRequest(auth));
        assertKnownParameters(route.kind, request.query);
        context.auditFields.org_id = orgId;
        const org = await orgs.get(orgId);
        return formattedResponse(format, renderAccount(org, request.origin, format));
      }
      case "activity": {
        context.auditFields.filters = formatFilters([["activity_id", route.id]]);
        const { activities, fields } = await speculativeRead(caller, async (orgId, meter) => {
          assertKnownParameters(route.kind, request.query);
          const asked = parseFields(request.query);
          const shownIn = await setting(orgId);
          const listing = toActivityQuery(orgId, route.id, shownIn);
          if (listing === null) return { activities: [], fields: asked };
          const { events } = await readOffsetPage(metered(meter), listing, { skip: 0, take: 1 });
          return { activities: events.map((event) => toActivity(event, shownIn)), fields: asked };
        });
        const [activity] = activities;
        if (activity === undefined) throw new ActivityError("not_found", "activity_id unknown");
        context.auditFields.count = 1;
        return formattedResponse(format, renderActivity(activity, fields, format));
      }
      case "list": {
        const { window, activities, fields } = await speculativeRead(caller, async (orgId, meter) => {
          const asked = parseListRequest(request.query);
          Object.assign(context.auditFields, toAuditFields(asked));
          const shownIn = await setting(orgId);
          const found = await readOffsetPage(metered(meter), toListQuery(orgId, asked, shownIn), asked);
          const shown = found.events.map((event) => toActivity(event, shownIn));
          return { window: found, activities: shown, fields: asked.fields };
        });
        context.auditFields.count = activities.length;
        const saving = savePageCheckpoint(ports, window.checkpoint);
        const body = renderActivities(activities, fields, format);
        await saving;
        if (isResponseTooLarge(body)) {
          throw new ActivityError("too_large", "take too long: these activities are large, take fewer at once");
        }
        return toConditionalResponse(request, formattedResponse(format, body), varyBy);
      }
    }
  };
}

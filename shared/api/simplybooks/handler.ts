import { conditional } from "#shared/api/http/conditional.ts";
import { filterText } from "#shared/api/http/filter-text.ts";
import { commonRate, identify } from "#shared/api/http/identify.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "#shared/api/http/request.ts";
import { isTooLarge } from "#shared/api/http/response-size.ts";
import { SeenCallers } from "#shared/api/http/seen-callers.ts";
import { readBeside } from "#shared/api/http/speculative-read.ts";
import type { TokenUses } from "#shared/auth/authenticate.ts";
import type { ActiveToken } from "#shared/auth/caller.ts";
import { OrgDirectory, type OrgReader } from "#shared/auth/orgs/org-cache.ts";
import { tokenHash } from "#shared/auth/token.ts";
import { TokenGate } from "#shared/auth/token-gate.ts";
import { ActivityError } from "#shared/errors.ts";
import { readWindow, type WindowWorld } from "#shared/events/query/offset-pagination.ts";
import { meteredReader, type ReadMeter } from "#shared/events/query/query.ts";
import { activityOf } from "./activity.ts";
import { accountOf, credentialsOf } from "./credentials.ts";
import { readFormat, respond } from "./format.ts";
import { activityListing, assertKnownParameters, factsOf, listingOf, readFields, readListRequest } from "./query.ts";
import { renderAccount, renderActivities, renderActivity } from "./render.ts";
import { findRoute } from "./routes.ts";

export type AnswerContext = WindowWorld & { readonly tokens: TokenUses; readonly orgs: OrgReader };

/** What a list depends on besides what is common to all dialects. */
const varyBy = ["accept", "x-accountid", "x-api-key"];

/** Answers requests of the SimplyBooks dialect. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerSimplybooks({ tokens, ...context }: AnswerContext) {
  const { now } = context;
  const seen = new SeenCallers();
  const orgs = new OrgDirectory(context.orgs, now);
  const gate = new TokenGate(tokens);

  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    const route = findRoute(request.method, request.path);
    trace.facts.route = route.kind;
    const format = readFormat(request);
    const credentials = credentialsOf(request);
    const visit = { gate, secret: credentials.key, trace, rate: commonRate, now };
    const orgOf = (token: ActiveToken) => accountOf(token, orgs, credentials.account);
    const caller = { ...visit, seen, key: `${tokenHash(credentials.key)} ${credentials.account}`, orgOf };
    const metered = (meter: ReadMeter) => ({ ...context, events: meteredReader(context.events, meter) });
    const setting = async (orgId: string) => ({ org: await orgs.get(orgId), origin: request.origin });

    switch (route.kind) {
      case "account": {
        const orgId = await orgOf(await identify(visit));
        assertKnownParameters(route.kind, request.query);
        trace.facts.org_id = orgId;
        const org = await orgs.get(orgId);
        return respond(format, renderAccount(org, request.origin, format));
      }
      case "activity": {
        trace.facts.filters = filterText([["activity_id", route.id]]);
        const { activities, fields } = await readBeside(caller, async (orgId, meter) => {
          assertKnownParameters(route.kind, request.query);
          const asked = readFields(request.query);
          const shownIn = await setting(orgId);
          const listing = activityListing(orgId, route.id, shownIn);
          if (listing === null) return { activities: [], fields: asked };
          const { events } = await readWindow(metered(meter), listing, { skip: 0, take: 1 });
          return { activities: events.map((event) => activityOf(event, shownIn)), fields: asked };
        });
        const [activity] = activities;
        if (activity === undefined) throw new ActivityError("not_found", "activity_id unknown");
        trace.facts.count = 1;
        return respond(format, renderActivity(activity, fields, format));
      }
      case "list": {
        const { window, activities, fields } = await readBeside(caller, async (orgId, meter) => {
          const asked = readListRequest(request.query);
          Object.assign(trace.facts, factsOf(asked));
          const shownIn = await setting(orgId);
          const found = await readWindow(metered(meter), listingOf(orgId, asked, shownIn), asked);
          const shown = found.events.map((event) => activityOf(event, shownIn));
          return { window: found, activities: shown, fields: asked.fields };
        });
        trace.facts.count = activities.length;
        const remembering = window.remember();
        const body = renderActivities(activities, fields, format);
        await remembering;
        if (isTooLarge(body)) {
          throw new ActivityError("too_large", "take too long: these activities are large, take fewer at once");
        }
        return conditional(request, respond(format, body), varyBy);
      }
    }
  };
}

import { defaultRateLimitPolicy } from "#shared/api/http/authenticate-request.ts";
import { CallerCache } from "#shared/api/http/caller-cache.ts";
import { formatFilters, redactForLog } from "#shared/api/http/format-filters.ts";
import { assertKnownParameters } from "#shared/api/http/parameters.ts";
import type { HttpRequest, HttpResponse, RequestContext } from "#shared/api/http/request.ts";
import { jsonResponse } from "#shared/api/http/response.ts";
import { speculativeRead } from "#shared/api/http/speculative-read.ts";
import type { TokenUsageStore } from "#shared/auth/authenticate.ts";
import { type ActiveToken, assertScope } from "#shared/auth/caller.ts";
import { hashToken } from "#shared/auth/token.ts";
import { TokenAuthenticator } from "#shared/auth/token-authenticator.ts";
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
import { authenticateCaller, parseCredentials, toCaller } from "./credentials.ts";
import { toProjection } from "./include.ts";
import { renderPageResponse } from "./page.ts";
import { commonParameters, parseActivityRequest } from "./query.ts";
import { renderWhoami } from "./render.ts";
import { type ActivityRoute, findRoute } from "./routes.ts";

export type FinzbooksPorts = {
  readonly events: EventReader;
  readonly tokens: TokenUsageStore;
  readonly now: () => Date;
};

/** Answers requests of the FinzBooks dialect. Throws `ActivityError` for what `renderError` then renders. */
export function createFinzbooksHandler({ events, tokens, now }: FinzbooksPorts) {
  const callerCache = new CallerCache();
  const gate = new TokenAuthenticator(tokens);

  type Asked = { readonly route: ActivityRoute; readonly query: URLSearchParams; readonly context: RequestContext };
  const list = async ({ route, query, context: { auditFields } }: Asked, org_id: string, meter: ReadMeter) => {
    const { filter, limit, cursor, eventId, include } = parseActivityRequest(route, query);
    const after = cursor === null ? null : parseCursor(cursor, org_id, filter);
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
    const reader = createMeteredReader(events, meter);
    const asked = { ...filter, org_id, projection: toProjection(include) };
    const page =
      eventId === null ? await listEvents(reader, { ...asked, limit, after }) : await pageOfOne(reader, asked, eventId);
    return { ...page, filter, limit, include, org_id };
  };

  return async (request: HttpRequest, context: RequestContext): Promise<HttpResponse> => {
    const route = findRoute(request.method, request.path);
    context.auditFields.route = route.kind;
    // Known of who is refused, too: which document somebody tried to see.
    if (route.kind === "activity" && route.document !== null)
      context.auditFields.entity_id = redactForLog(route.document.id);
    const credentials = parseCredentials(request);
    const auth = { gate, secret: credentials.secret, context, rateLimitPolicy: defaultRateLimitPolicy, now };
    if (route.kind === "whoami") {
      const caller = await authenticateCaller(auth, credentials);
      assertKnownParameters(request.query, commonParameters);
      return jsonResponse(renderWhoami(caller));
    }

    const cacheKey = `${hashToken(credentials.secret)} ${credentials.namedOrgs}`;
    const authorize = (token: ActiveToken) => {
      const { org_id } = toCaller(token, credentials.namedOrgs);
      // Known of a token that lacks the scope, too.
      context.auditFields.org_id = org_id;
      assertScope(token, "AIBooks.activity.READ");
      return org_id;
    };
    const page = await speculativeRead({ ...auth, callerCache, cacheKey, authorize }, (org, meter) =>
      list({ route, query: request.query, context }, org, meter),
    );
    const { response, count } = renderPageResponse(request, route, page);
    context.auditFields.count = count;
    return response;
  };
}

/** The list of the one event with an id, or of none. */
async function pageOfOne(
  reader: EventReader,
  asked: Omit<EventQuery, "limit" | "after">,
  eventId: string,
): Promise<EventPage> {
  const event = await findEvent(reader, asked, eventId);
  return { events: event === null ? [] : [event], next: null };
}

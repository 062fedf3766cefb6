import { filterText, loggable } from "#shared/api/http/filter-text.ts";
import { commonRate } from "#shared/api/http/identify.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "#shared/api/http/request.ts";
import { SeenCallers } from "#shared/api/http/seen-callers.ts";
import { readBeside } from "#shared/api/http/speculative-read.ts";
import type { TokenUses } from "#shared/auth/authenticate.ts";
import { type ActiveToken, requireScope } from "#shared/auth/caller.ts";
import { tokenHash } from "#shared/auth/token.ts";
import { TokenGate } from "#shared/auth/token-gate.ts";
import { readCursor } from "#shared/events/query/cursor.ts";
import { findEvent } from "#shared/events/query/find-event.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import {
  type EventPage,
  type EventQuery,
  type EventReader,
  meteredReader,
  type ReadMeter,
} from "#shared/events/query/query.ts";
import { callerWith, credentialsOf, identifyCaller } from "./credentials.ts";
import { includedParts } from "./include.ts";
import { assertKnownParameters } from "./known-parameters.ts";
import { answerPage } from "./page.ts";
import { plainParameters, readActivityRequest } from "./query.ts";
import { renderWhoami } from "./render.ts";
import { json } from "./reply.ts";
import { type ActivityRoute, findRoute } from "./routes.ts";

export type AnswerContext = {
  readonly events: EventReader;
  readonly tokens: TokenUses;
  readonly now: () => Date;
};

/** Answers requests of the FinzBooks dialect. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerFinzbooks({ events, tokens, now }: AnswerContext) {
  const seen = new SeenCallers();
  const gate = new TokenGate(tokens);

  type Asked = { readonly route: ActivityRoute; readonly query: URLSearchParams; readonly trace: HttpTrace };
  const list = async ({ route, query, trace: { facts } }: Asked, org_id: string, meter: ReadMeter) => {
    const { filter, limit, cursor, eventId, included } = readActivityRequest(route, query);
    const after = cursor === null ? null : readCursor(cursor, org_id, filter);
    const { entity_type, entity_id, action, actor_user_id, since, until } = filter;
    facts.entity_id = entity_id === null ? undefined : loggable(entity_id);
    facts.filters = filterText([
      ["entity_type", entity_type],
      ["action", action],
      ["actor_user_id", actor_user_id],
      ["event_id", eventId],
      ["since", since],
      ["until", until],
      ["limit", limit],
      ["include", included.size === 0 ? null : [...included].join(",")],
      ["after", after?.occurred_at ?? null],
    ]);
    const reader = meteredReader(events, meter);
    const asked = { ...filter, org_id, parts: includedParts(included) };
    const page =
      eventId === null ? await listEvents(reader, { ...asked, limit, after }) : await pageOfOne(reader, asked, eventId);
    return { ...page, filter, limit, included, org_id };
  };

  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    const route = findRoute(request.method, request.path);
    trace.facts.route = route.kind;
    // Known of who is refused, too: which document somebody tried to see.
    if (route.kind === "activity" && route.document !== null) trace.facts.entity_id = loggable(route.document.id);
    const credentials = credentialsOf(request);
    const visit = { gate, secret: credentials.secret, trace, rate: commonRate, now };
    if (route.kind === "whoami") {
      const caller = await identifyCaller(visit, credentials);
      assertKnownParameters(request.query, plainParameters);
      return json(renderWhoami(caller));
    }

    const key = `${tokenHash(credentials.secret)} ${credentials.named}`;
    const orgOf = (token: ActiveToken) => {
      const { org_id } = callerWith(token, credentials.named);
      // Known of a token that lacks the scope, too.
      trace.facts.org_id = org_id;
      requireScope(token, "AIBooks.activity.READ");
      return org_id;
    };
    const page = await readBeside({ ...visit, seen, key, orgOf }, (org, meter) =>
      list({ route, query: request.query, trace }, org, meter),
    );
    const { response, count } = answerPage(request, route, page);
    trace.facts.count = count;
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

import type { TokenUses } from "../../access/authenticate.ts";
import { type ActiveToken, requireScope } from "../../access/caller.ts";
import { tokenHash } from "../../access/token.ts";
import { TokenGate } from "../../access/token-gate.ts";
import { readCursor, writeCursor } from "../../events/cursor.ts";
import { listEvents } from "../../events/list.ts";
import { type EventReader, meteredReader, type ReadMeter } from "../../events/query.ts";
import { filterText, loggable } from "../filter-text.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "../http.ts";
import { commonRate } from "../identify.ts";
import { readBeside } from "../read-beside.ts";
import { SeenCallers } from "../seen-callers.ts";
import { callerWith, credentialsOf, identifyCaller } from "./identify.ts";
import { assertKnownParameters } from "./known-parameters.ts";
import { parametersOf, plainParameters, readActivityRequest } from "./query.ts";
import { renderPage, renderWhoami } from "./render.ts";
import { json, nextLink } from "./reply.ts";
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
    const { filter, limit, cursor } = readActivityRequest(route, query);
    const after = cursor === null ? null : readCursor(cursor, org_id, filter);
    const { entity_type, entity_id, actor_user_id, since, until } = filter;
    facts.entity_id = entity_id === null ? undefined : loggable(entity_id);
    facts.filters = filterText([
      ["entity_type", entity_type],
      ["actor_user_id", actor_user_id],
      ["since", since],
      ["until", until],
      ["limit", limit],
      ["after", after?.occurred_at ?? null],
    ]);
    const page = await listEvents(meteredReader(events, meter), { ...filter, org_id, parts: [], limit, after });
    return { ...page, filter, limit, org_id };
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
    const { org_id, ...page } = await readBeside({ ...visit, seen, key, orgOf }, (org, meter) =>
      list({ route, query: request.query, trace }, org, meter),
    );
    trace.facts.count = page.events.length;
    const body = renderPage(page.events, page.limit, page.next !== null);
    if (page.next === null) return json(body);
    return json(
      body,
      200,
      nextLink(request, route.path, parametersOf(route), writeCursor(page.next, org_id, page.filter)),
    );
  };
}

import type { TokenUses } from "../../access/authenticate.ts";
import { requireScope } from "../../access/caller.ts";
import { tokenHash } from "../../access/token.ts";
import { readCursor, writeCursor } from "../../events/cursor.ts";
import { listEvents } from "../../events/list.ts";
import type { EventReader } from "../../events/query.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "../http.ts";
import { credentialsOf, identify } from "./identify.ts";
import { parameters, readActivityRequest } from "./query.ts";
import { renderPage, renderWhoami } from "./render.ts";
import { json, nextLink } from "./reply.ts";
import { type ActivityRoute, findRoute } from "./routes.ts";
import { SeenCallers } from "./seen-callers.ts";

export type AnswerContext = {
  readonly events: EventReader;
  readonly tokens: TokenUses;
  readonly now: () => Date;
};

/** Answers requests of the FinzBooks dialect. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerFinzbooks({ events, tokens, now }: AnswerContext) {
  const seen = new SeenCallers();

  const list = async (route: ActivityRoute, query: URLSearchParams, org_id: string) => {
    const { filter, limit, cursor } = readActivityRequest(route, query);
    const after = cursor === null ? null : readCursor(cursor, org_id, filter);
    const page = await listEvents(events, { ...filter, org_id, parts: [], limit, after });
    return { ...page, filter, limit };
  };

  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    const route = findRoute(request.method, request.path);
    const credentials = credentialsOf(request);
    if (route.kind === "whoami") return json(renderWhoami(await identify(tokens, credentials, now(), trace)));

    // A caller that was let in before is expected to be let in again: its query starts beside authentication, and
    // what it read is dropped if it is not. Nobody else makes the log read before it is known who asks.
    const key = `${tokenHash(credentials.secret)} ${credentials.named}`;
    const expectedOrg = seen.take(key);
    const identified = identify(tokens, credentials, now(), trace);
    const early = expectedOrg === null ? null : list(route, request.query, expectedOrg);
    early?.catch(() => undefined);

    const { token, org_id } = await identified;
    requireScope(token, "AIBooks.activity.READ");
    seen.add(key, org_id);
    const page = await (early !== null && expectedOrg === org_id ? early : list(route, request.query, org_id));
    trace.facts.count = page.events.length;
    const body = renderPage(page.events, page.limit, page.next !== null);
    if (page.next === null) return json(body);
    return json(body, 200, nextLink(request, route.path, parameters, writeCursor(page.next, org_id, page.filter)));
  };
}

import { authenticate, invalidToken, type TokenUses } from "../../access/authenticate.ts";
import { type Caller, callerOf, requireScope } from "../../access/caller.ts";
import { rateState, refuseExcess } from "../../access/rate.ts";
import { tokenHash } from "../../access/token.ts";
import { readCursor, writeCursor } from "../../events/cursor.ts";
import { ActivityError } from "../../events/errors.ts";
import { listEvents } from "../../events/list.ts";
import type { EventReader } from "../../events/query.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "../http.ts";
import { parameters, readActivityRequest } from "./query.ts";
import { renderPage, renderWhoami } from "./render.ts";
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

  const identify = async (secret: string, named: readonly string[], trace: HttpTrace): Promise<Caller> => {
    const at = now();
    const { token, used } = await authenticate(tokens, secret, at);
    const { limit, remaining, reset } = rateState(used, at);
    trace.facts.token_id = token.token_id;
    trace.headers["x-ratelimit-limit"] = String(limit);
    trace.headers["x-ratelimit-remaining"] = String(remaining);
    trace.headers["x-ratelimit-reset"] = String(reset);
    refuseExcess(used, at);
    const caller = callerOf(token, onlyOrg(named), "X-AIBooks-Org");
    trace.facts.org_id = caller.org_id;
    return caller;
  };

  const list = async (route: ActivityRoute, query: URLSearchParams, org_id: string) => {
    const { filter, limit, cursor } = readActivityRequest(route, query);
    const after = cursor === null ? null : readCursor(cursor, org_id, filter);
    const page = await listEvents(events, { ...filter, org_id, parts: [], limit, after });
    return { ...page, filter, limit };
  };

  return async (request: HttpRequest, trace: HttpTrace): Promise<HttpResponse> => {
    const route = findRoute(request.method, request.path);
    const secret = bearer(request);
    const named = namedOrgs(request);
    if (route.kind === "whoami") return json(renderWhoami(await identify(secret, named, trace)));

    // A caller that was let in before is expected to be let in again: its query starts beside authentication, and
    // what it read is dropped if it is not. Nobody else makes the log read before it is known who asks.
    const key = `${tokenHash(secret)} ${named}`;
    const expectedOrg = seen.take(key);
    const identified = identify(secret, named, trace);
    const early = expectedOrg === null ? null : list(route, request.query, expectedOrg);
    early?.catch(() => undefined);

    const { token, org_id } = await identified;
    requireScope(token, "AIBooks.activity.READ");
    seen.add(key, org_id);
    const page = await (early !== null && expectedOrg === org_id ? early : list(route, request.query, org_id));
    trace.facts.count = page.events.length;
    const body = renderPage(page.events, page.limit, page.next !== null);
    if (page.next === null) return json(body);
    return json(body, { link: nextLink(request, route, writeCursor(page.next, org_id, page.filter)) });
  };
}

function bearer(request: HttpRequest): string {
  const [, secret] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (secret === undefined) throw invalidToken();
  return secret;
}

/** Every organisation that a request names, by header or parameter. An empty one names none. */
function namedOrgs({ headers, query }: HttpRequest): string[] {
  return [headers["x-aibooks-org"] ?? "", ...query.getAll("organization_id")].filter((name) => name !== "");
}

function onlyOrg(named: readonly string[]): string | null {
  if (new Set(named).size > 1) {
    const message = "The request names several organisations: name one, by X-AIBooks-Org or by organization_id.";
    throw new ActivityError("invalid_value", message, { field: "organization_id" });
  }
  return named[0] ?? null;
}

function json(body: string, headers: Record<string, string> = {}): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json", ...headers }, body };
}

/**
 * The address of the page after (RFC 8288): what was asked, and the cursor. Parameters that mean nothing are left
 * out.
 */
function nextLink(request: HttpRequest, route: ActivityRoute, cursor: string): string {
  const query = new URLSearchParams();
  for (const name of parameters) {
    const value = request.query.get(name);
    if (value !== null) query.set(name, value);
  }
  query.set("cursor", cursor);
  return `<${request.origin}${route.path}?${query}>; rel="next"`;
}

import { authenticate, invalidToken, type TokenUses } from "../../access/authenticate.ts";
import { type Caller, callerOf, requireScope } from "../../access/caller.ts";
import { rateState, refuseExcess } from "../../access/rate.ts";
import { tokenHash } from "../../access/token.ts";
import { readCursor, writeCursor } from "../../events/cursor.ts";
import { ActivityError } from "../../events/errors.ts";
import { listEvents } from "../../events/list.ts";
import type { EventReader } from "../../events/query.ts";
import type { HttpRequest, HttpResponse, HttpTrace } from "../http.ts";
import { only, readActivityRequest } from "./query.ts";
import { renderPage, renderWhoami } from "./render.ts";
import { type ActivityRoute, findRoute } from "./routes.ts";

export type AnswerContext = {
  readonly events: EventReader;
  readonly tokens: TokenUses;
  readonly now: () => Date;
};

/** Answers requests of the FinzBooks dialect. Throws `ActivityError` for what `renderProblem` then renders. */
export function answerFinzbooks({ events, tokens, now }: AnswerContext) {
  const boundOrgs = new Map<string, string>();

  const identify = async (secret: string, claimedOrg: string | null, trace: HttpTrace): Promise<Caller> => {
    const at = now();
    const { token, used } = await authenticate(tokens, secret, at);
    const { limit, remaining, reset } = rateState(used, at);
    trace.facts.token_id = token.token_id;
    trace.headers["x-ratelimit-limit"] = String(limit);
    trace.headers["x-ratelimit-remaining"] = String(remaining);
    trace.headers["x-ratelimit-reset"] = String(reset);
    refuseExcess(used, at);
    const caller = callerOf(token, claimedOrg, "X-AIBooks-Org");
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
    const claimedOrg = readClaimedOrg(request);
    if (route.kind === "whoami") return json(renderWhoami(await identify(secret, claimedOrg, trace)));

    // The query starts beside authentication, for the organisation that the request claims or that its token was last seen
    // with, so that both cost one round trip. What it read is dropped unless the token is bound to that organisation.
    const key = tokenHash(secret);
    const expectedOrg = claimedOrg ?? boundOrgs.get(key) ?? null;
    const identified = identify(secret, claimedOrg, trace);
    const early = expectedOrg === null ? null : list(route, request.query, expectedOrg);
    early?.catch(() => undefined);

    const { token, org_id } = await identified;
    requireScope(token, "AIBooks.activity.READ");
    if (claimedOrg === null) remember(boundOrgs, key, org_id);
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

/** The organisation that a request names, by header or parameter. Throws `invalid_value` where it names two. */
function readClaimedOrg({ headers, query }: HttpRequest): string | null {
  const header = headers["x-aibooks-org"] || null;
  const parameter = only(query, "organization_id");
  if (header !== null && parameter !== null && header !== parameter) {
    const message = "The header X-AIBooks-Org and the parameter organization_id name different organisations.";
    throw new ActivityError("invalid_value", message, { field: "organization_id" });
  }
  return header ?? parameter;
}

/** A bounded memory, emptied when it is full: it only saves time, so what it forgets costs one round trip. */
function remember(memory: Map<string, string>, key: string, value: string): void {
  if (memory.size >= 1_000) memory.clear();
  memory.set(key, value);
}

function json(body: string, headers: Record<string, string> = {}): HttpResponse {
  return { status: 200, headers: { "content-type": "application/json", ...headers }, body };
}

/** The address of the page after (RFC 8288): the same request, with the cursor in it. */
function nextLink(request: HttpRequest, route: ActivityRoute, cursor: string): string {
  const query = new URLSearchParams(request.query);
  query.set("cursor", cursor);
  return `<${request.origin}${route.path}?${query}>; rel="next"`;
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { createEventProof, toCanonicalEvent } from "#test/support/ledger/event-proof.ts";
import type { ApiHandler } from "./console-server.ts";

type ApiEvent = Readonly<Record<string, unknown>>;

/** A response that a test sets; without it, the API responds with events. */
export type ActivityFailure = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
};

/** The part of the API that the Activity page uses, in memory. */
export type ActivityApi = {
  /** Newest first. */
  events: readonly ApiEvent[];
  /** The tokens that are valid. */
  tokens: readonly string[];
  scopes: readonly string[];
  /** Returns a failure for a request of events, or `null`. */
  failure: (url: URL) => ActivityFailure | null;
  /** Returns the proof of an event; by default, that the log has it as it is. */
  prove: (event: ApiEvent) => Promise<string | ActivityFailure>;
  readonly requests: URL[];
  readonly handle: ApiHandler;
};

const defaults = () => ({
  events: [],
  tokens: ["aibooks_pat_valid"],
  scopes: ["AIBooks.activity.READ", "AIBooks.webhooks.MANAGE"],
  failure: () => null,
  prove: (event: ApiEvent): Promise<string | ActivityFailure> => createEventProof(toCanonicalEvent(event)),
});

/** Creates an API without events. */
export function createActivityApi(): ActivityApi & { reset(): void } {
  const requests: URL[] = [];
  const api = {
    ...defaults(),
    requests,
    reset() {
      Object.assign(api, defaults());
      requests.length = 0;
    },
    handle: (url: URL, request: IncomingMessage, response: ServerResponse) => respond(api, url, request, response),
  };
  return api;
}

function respond(api: ActivityApi, url: URL, request: IncomingMessage, response: ServerResponse): boolean {
  const path = url.pathname.replace("/api/public/v1", "");
  if (path !== "/whoami" && path !== "/activity" && path !== "/activity/proof") return false;
  const token = request.headers.authorization?.replace("Bearer ", "") ?? "";
  if (!api.tokens.includes(token)) send(response, 401, { code: "authn.token_invalid", message: "Invalid token." });
  else if (path === "/whoami") send(response, 200, { code: 0, message: "success", token: whoami(api) });
  else if (path === "/activity/proof") void sendProof(api, url, response);
  else sendEvents(api, url, request, response);
  return true;
}

function whoami({ scopes }: ActivityApi) {
  return { token_id: "tok_1", org_id: "org_acme", user_id: "usr_priya", scopes, tier: "DEFAULT" };
}

function sendEvents(api: ActivityApi, url: URL, request: IncomingMessage, response: ServerResponse): void {
  api.requests.push(url);
  const failure = api.failure(url);
  if (failure !== null) {
    send(response, failure.status, failure.body ?? {}, failure.headers);
    return;
  }
  const { searchParams: params } = url;
  const matching = [...params.keys()].every((name) => !filters.has(name))
    ? api.events
    : api.events.filter((event) => matches(event, params));
  const [offset, limit] = [Number(params.get("cursor") ?? 0), Number(params.get("limit") ?? 100)];
  const activity = matching.slice(offset, offset + limit);
  const etag = `W/"${matching.length}-${activity[0]?.event_id}"`;
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  const has_more_page = matching.length > offset + limit;
  const link = has_more_page ? { link: `<${url.pathname}?cursor=${offset + limit}>; rel="next"` } : {};
  const page_context = { limit, returned: activity.length, has_more_page };
  send(response, 200, { code: 0, message: "success", activity, page_context }, { etag, ...link });
}

/** The event is as its list has it, but the test may say what the log has. */
async function sendProof(api: ActivityApi, { searchParams }: URL, response: ServerResponse): Promise<void> {
  const event = api.events.find(({ event_id }) => event_id === searchParams.get("event_id"));
  const proof = event === undefined ? { status: 404, body: { code: "not_found.event" } } : await api.prove(event);
  if (typeof proof === "string") response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(proof);
  else send(response, proof.status, proof.body ?? {}, proof.headers);
}

const filters: ReadonlySet<string> = new Set([
  "entity_type",
  "entity_id",
  "actor_user_id",
  "action",
  "event_id",
  "since",
  "until",
]);

function matches(event: ApiEvent, params: URLSearchParams): boolean {
  const timeMs = Date.parse(String(event.occurred_at));
  return [...params].every(([name, value]) => {
    if (name === "since") return timeMs >= Date.parse(value);
    if (name === "until") return timeMs <= Date.parse(value);
    return !filters.has(name) || event[name] === value;
  });
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";

/** A response of the API that a test sets; the events are returned without it. */
export type ApiFailure = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** A server of pages, of the built element, and of an API with the events of a test. */
export type TimelineServer = {
  readonly origin: string;
  /** The HTML of `/`. */
  page: string;
  /** The code of `/app.js`. */
  app: string;
  /** What `/token` responds with, as the server of a host does. */
  token: string;
  /** Newest first. */
  events: readonly Readonly<Record<string, unknown>>[];
  /** Returns a failure, or `null` to respond with events. */
  failure: (request: { readonly token: string | undefined; readonly url: URL }) => ApiFailure | null;
  /** The requests of the API. */
  readonly requests: URL[];
  close(): Promise<void>;
};

const pageSize = 50;

/** Starts a server on a free port of the loopback interface. `dist` is the folder of the built package. */
export async function startTimelineServer(dist: string): Promise<TimelineServer> {
  const http = createServer((request, response) => handle(server, dist, request, response));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const server: TimelineServer = {
    origin: `http://127.0.0.1:${address.port}`,
    page: "",
    app: "",
    token: "",
    events: [],
    failure: () => null,
    requests: [],
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

function handle(server: TimelineServer, dist: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", server.origin);
  const send = (type: string, body: string) => response.writeHead(200, { "content-type": type }).end(body);
  if (url.pathname === "/") send("text/html; charset=utf-8", server.page);
  else if (url.pathname === "/app.js") send("text/javascript", server.app);
  else if (url.pathname === "/token") send("text/plain", server.token);
  else if (/^\/timeline\/[\w-]+\.js$/.test(url.pathname)) {
    send("text/javascript", readFileSync(join(dist, url.pathname.slice("/timeline/".length)), "utf8"));
  } else if (url.pathname === "/api/public/v1/activity") handleActivity(server, url, request, response);
  else response.writeHead(404).end();
}

function handleActivity(server: TimelineServer, url: URL, request: IncomingMessage, response: ServerResponse): void {
  server.requests.push(url);
  const failure = server.failure({ token: request.headers.authorization?.replace("Bearer ", ""), url });
  if (failure !== null) {
    response.writeHead(failure.status, failure.headers).end(failure.body ?? "{}");
    return;
  }
  const matching = server.events.filter((event) => matches(event, url.searchParams));
  const offset = Number(url.searchParams.get("cursor") ?? 0);
  const activity = matching.slice(offset, offset + pageSize);
  const etag = `W/"${matching.length}-${activity[0]?.event_id}"`;
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304).end();
    return;
  }
  const hasMore = matching.length > offset + pageSize;
  const headers: Record<string, string> = { "content-type": "application/json", etag };
  if (hasMore) headers.link = `<${url.pathname}?cursor=${offset + pageSize}>; rel="next"`;
  const page_context = { limit: pageSize, returned: activity.length, has_more_page: hasMore };
  response.writeHead(200, headers).end(JSON.stringify({ code: 0, message: "success", activity, page_context }));
}

function matches(event: Readonly<Record<string, unknown>>, params: URLSearchParams): boolean {
  const isEqual = (name: string) => !params.has(name) || params.get(name) === event[name];
  const since = params.get("since");
  const isRecent = since === null || Date.parse(String(event.occurred_at)) >= Date.parse(since);
  return isRecent && ["entity_type", "entity_id", "actor_user_id"].every(isEqual);
}

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";

/** An API on this machine, which the client calls with the `fetch` of each runtime. */
export type LocalApi = { readonly origin: string; close(): void };

/** Starts an API with a list, a request with a body, and a redirect to a response that the client must not get. */
export async function startLocalApi(): Promise<LocalApi> {
  const server = createServer(async (request, response) => {
    const { status, body = null } = await respond(request);
    response.writeHead(status, { "content-type": "application/json", location: "/redirected" });
    response.end(JSON.stringify(body));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function respond(request: IncomingMessage): Promise<{ status: number; body?: object }> {
  switch (`${request.method} ${request.url}`) {
    case "GET /api/public/v1/activity?limit=1":
      return { status: 200, body: { activity: [{ event_id: "evt_1" }], page_context: { has_more_page: false } } };
    case "POST /api/public/v1/webhooks/endpoints":
      return { status: 201, body: { endpoint: await json(request) } };
    case "GET /api/public/v1/whoami":
      return { status: 302 };
    case "GET /redirected":
      return { status: 200, body: { token: {} } };
  }
  return { status: 404 };
}

import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join } from "node:path";

/** The API of a test: responds to what is below `/api`, or returns `false`. */
export type ApiHandler = (url: URL, request: IncomingMessage, response: ServerResponse) => boolean;

/** A server of the built console, and of the API of a test, at one origin. */
export type ConsoleServer = {
  readonly origin: string;
  api: ApiHandler;
  close(): Promise<void>;
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** As strict as the deployed policy: what it refuses fails the test. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** Starts a server on a free port of the loopback interface. `dist` is the folder of the built console. */
export async function startConsoleServer(dist: string): Promise<ConsoleServer> {
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? "/", server.origin);
    if (url.pathname.startsWith("/console")) sendFile(dist, url.pathname, response);
    else if (!server.api(url, request, response)) response.writeHead(404).end("{}");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  const server: ConsoleServer = {
    origin: `http://127.0.0.1:${address.port}`,
    api: () => false,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

function sendFile(dist: string, path: string, response: ServerResponse): void {
  if (path === "/console/config.json") {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ api: "", stage: "dev" }));
    return;
  }
  const [, asset] = /^\/console\/(assets\/[\w.-]+)$/.exec(path) ?? [];
  const file = join(dist, asset ?? "index.html");
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const headers = {
    "content-type": types[extname(file)] ?? "application/octet-stream",
    "content-security-policy": policy,
  };
  response.writeHead(200, headers).end(readFileSync(file));
}

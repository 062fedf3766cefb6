import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join } from "node:path";

/** The API of a test: responds to a request, or returns `false` for one that it does not know. */
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
  ".json": "application/json",
  ".svg": "image/svg+xml",
};

/** As strict as the deployed policy. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** Starts a server on a free port of the loopback interface. `site` is the folder that `buildSite` has filled. */
export async function startConsoleServer(site: string): Promise<ConsoleServer> {
  const http = createServer((request, response) => {
    const url = new URL(request.url ?? "/", server.origin);
    if (url.pathname.startsWith("/console")) sendFile(site, url.pathname, response);
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

/** Paths without an extension are pages of the console. */
function sendFile(site: string, path: string, response: ServerResponse): void {
  const isFile = /^\/console\/[\w./-]+\.\w+$/.test(path) && !path.includes("..");
  const file = join(site, isFile ? path : "console/index.html");
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const type = types[extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(readFileSync(file));
}

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { extname } from "node:path";
import type { FinzbooksClient } from "@activity-log/client";

export type PageServerOptions = {
  /** The address of the API, for browsers. */
  readonly api: string;
  readonly client: FinzbooksClient;
  /** Returns whether the visitor who sent a request may see an invoice. */
  mayRead(request: IncomingMessage, invoiceId: string): Promise<boolean>;
};

type Content = { readonly status: number; readonly type: string; readonly body: string | Buffer };

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css" };
const notFound: Content = { status: 404, type: "text/plain", body: "This page does not exist." };

/** Creates the server of a page with the timeline, of its files, and of the tokens that it reads the log with. */
export function createPageServer({ api, client, mayRead }: PageServerOptions): Server {
  const page = readAsset("page.html").toString().replaceAll("$API", api);
  const securityHeaders = {
    "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${api}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };

  async function handle(request: IncomingMessage): Promise<Content> {
    const [, folder, name = ""] = /^\/(invoices|tokens|timeline|public)\/([\w.-]{1,64})$/.exec(request.url ?? "") ?? [];
    if (folder === "timeline") return toFile(name, readTimeline);
    if (folder === "public") return toFile(name, readAsset);
    if (folder === undefined || !(await mayRead(request, name))) return notFound;
    if (folder === "invoices") return { status: 200, type: "text/html", body: page.replaceAll("$INVOICE", name) };
    // A request of another site's page has another origin, or none.
    const origin = `http://${request.headers.host}`;
    if (request.method !== "POST" || request.headers.origin !== origin) return notFound;
    const limits = { entity_type: "INVOICE", entity_id: name, origins: [origin], expires_in: 900 } as const;
    const { token } = await client.createViewerToken(limits);
    return { status: 200, type: "text/plain", body: token };
  }

  return createServer(async (request, response) => {
    const { status, type, body } = await handle(request).catch(toErrorPage);
    response.writeHead(status, { ...securityHeaders, "content-type": `${type}; charset=utf-8` }).end(body);
  });
}

function toFile(name: string, read: (name: string) => Buffer): Content {
  const type = types[extname(name)];
  return type === undefined ? notFound : { status: 200, type, body: read(name) };
}

function readAsset(name: string): Buffer {
  return readFileSync(new URL(`public/${name}`, import.meta.url));
}

/** Reads a file of the package beside its main one. */
function readTimeline(name: string): Buffer {
  return readFileSync(new URL(name, import.meta.resolve("@activity-log/timeline")));
}

function toErrorPage(error: unknown): Content {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return notFound;
  console.error(error);
  return { status: 503, type: "text/plain", body: "Not available now. Try again in a minute." };
}

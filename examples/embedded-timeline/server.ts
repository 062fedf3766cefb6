import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { extname } from "node:path";
import { ActivityLogError, type FinzbooksClient } from "@activity-log/client";

export type PageServerOptions = {
  /** The address of the API, for browsers. */
  readonly api: string;
  readonly client: FinzbooksClient;
  /** The verification key of the log, as its operator handed it over; empty to verify no events. */
  readonly verificationKey: string;
  /** Returns whether the visitor who sent a request may see an invoice. */
  mayRead(request: IncomingMessage, invoiceId: string): Promise<boolean>;
};

type Content = { readonly status: number; readonly type: string; readonly body: string | Buffer };

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css" };
const notFound: Content = { status: 404, type: "text/plain", body: "This page does not exist." };

/** Creates the server of a page with the timeline, of its files, and of the tokens that it reads the log with. */
export function createPageServer({ api, client, verificationKey, mayRead }: PageServerOptions): Server {
  const page = readAsset("page.html").toString().replaceAll("$API", api).replaceAll("$KEY", verificationKey);
  const securityHeaders = {
    "content-security-policy": `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ${api}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };

  async function handle(request: IncomingMessage): Promise<Content> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const [, folder, name = ""] = /^\/(invoices|tokens|proofs|timeline|public)\/([\w.-]{1,64})$/.exec(pathname) ?? [];
    if (folder === "timeline") return toFile(name, readTimeline);
    if (folder === "public") return toFile(name, readAsset);
    if (folder === undefined || !(await mayRead(request, name))) return notFound;
    if (folder === "invoices") return { status: 200, type: "text/html", body: page.replaceAll("$INVOICE", name) };
    if (folder === "proofs") return toProof(client, name, searchParams);
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

/** A proof discloses the whole event, also what a viewer token hides: these visitors may see all of the invoice. */
async function toProof(client: FinzbooksClient, invoiceId: string, query: URLSearchParams): Promise<Content> {
  const [event_id, occurred_at] = [query.get("event_id") ?? "", query.get("occurred_at") ?? ""];
  try {
    return {
      status: 200,
      type: "text/plain",
      body: await client.proofs.find({ entity_id: invoiceId, event_id, occurred_at }),
    };
  } catch (error) {
    if (error instanceof ActivityLogError && error.code === "not_found") return notFound;
    throw error;
  }
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

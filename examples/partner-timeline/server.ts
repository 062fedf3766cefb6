import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { ActivityLogError } from "@activity-log/client";
import { html } from "./html.ts";
import { renderPage, renderTimeline } from "./page.ts";
import { type createTimelines, isTemporary } from "./timelines.ts";

type Content = { readonly status: number; readonly type: string; readonly body: string };

const readAsset = (name: string) => readFileSync(new URL(`public/${name}`, import.meta.url), "utf8");
const assets: ReadonlyMap<string, Content> = new Map([
  ["/page.css", { status: 200, type: "text/css", body: readAsset("page.css") }],
  ["/refresh.js", { status: 200, type: "text/javascript", body: readAsset("refresh.js") }],
]);

/** The policy lets no script of a document run, should one have got past the escaping. */
const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Browsers keep the page, and ask whether it has changed before they show it again.
  "cache-control": "private, no-cache",
};

/** Creates the server of the page. `mayRead` returns whether the visitor who sent a request may see an invoice. */
export function createPageServer(
  getPage: ReturnType<typeof createTimelines>,
  mayRead: (request: IncomingMessage, invoiceId: string) => Promise<boolean>,
): Server {
  async function handle(request: IncomingMessage): Promise<Content> {
    const url = URL.parse(request.url ?? "", "http://localhost");
    const [, id] = /^\/invoices\/([\w.-]{1,64})$/.exec(url?.pathname ?? "") ?? [];
    if (url === null || id === undefined || !(await mayRead(request, id))) return notFound;
    const page = await getPage(id, url.searchParams.get("cursor"));
    return { status: 200, type: "text/html", body: renderTimeline(id, page).html };
  }

  return createServer(async (request, response) => {
    const { status, type, body } = assets.get(request.url ?? "") ?? (await handle(request).catch(toErrorPage));
    const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
    const isUnchanged = status === 200 && request.headers["if-none-match"] === etag;
    const headers = { ...securityHeaders, "content-type": `${type}; charset=utf-8`, etag };
    response.writeHead(isUnchanged ? 304 : status, headers).end(isUnchanged ? undefined : body);
  });
}

const toMessage = (status: number, message: string): Content => ({
  status,
  type: "text/html",
  body: renderPage("Timeline", html`<p>${message}</p>`).html,
});
const notFound = toMessage(404, "This page does not exist.");

function toErrorPage(error: unknown): Content {
  // For example a cursor that is not one of this list.
  if (error instanceof ActivityLogError && error.code === "invalid_request") return notFound;
  console.error(error);
  if (isTemporary(error)) return toMessage(503, "The timeline is not available now. Try again in a minute.");
  return toMessage(500, "The timeline cannot be shown.");
}

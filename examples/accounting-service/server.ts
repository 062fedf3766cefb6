import { createServer, type IncomingMessage, type Server } from "node:http";
import { InvalidEventError } from "@activity-log/emitter/activity-put";
import {
  type Caller,
  ConflictError,
  InvalidDraftError,
  type Invoices,
  NotFoundError,
  parseDraft,
  transitions,
} from "./invoices.ts";

type Response = readonly [status: number, body: object];

/** Creates the HTTP server. `authenticate` returns who sent a request; `null` if it has no valid credentials. */
export function createInvoiceServer(
  invoices: Invoices,
  authenticate: (request: IncomingMessage) => Promise<Caller | null>,
): Server {
  async function handle(request: IncomingMessage): Promise<Response> {
    const caller = await authenticate(request);
    if (caller === null) return [401, { error: "The token is missing or unknown." }];
    const [, id, name] = /^\/invoices\/([\w-]{1,64})(?:\/(\w+))?$/.exec(request.url ?? "") ?? [];
    if (id === undefined) return [404, { error: "Invoices are at /invoices/ID." }];
    const operation = [request.method, name].join(" ").trim();
    const transition = transitions.get(name ?? "");
    if (operation === "GET") return [200, await invoices.get(caller, id)];
    if (operation === "PUT") return [200, await invoices.create(caller, id, parseDraft(await readText(request)))];
    if (request.method === "POST" && transition) return [200, await invoices.change(caller, id, transition)];
    return [405, { error: `${operation} is not possible.` }];
  }

  return createServer(async (request, response) => {
    const [status, body] = await handle(request).catch(toErrorResponse);
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  });
}

/** Reads the body. A longer one than any draft ends the connection. */
async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > 10_000) throw new InvalidDraftError("The body is too long.");
  }
  return text;
}

function toErrorResponse(error: unknown): Response {
  if (error instanceof InvalidDraftError || error instanceof InvalidEventError) return [400, { error: error.message }];
  if (error instanceof NotFoundError) return [404, { error: error.message }];
  if (error instanceof ConflictError) return [409, { error: error.message }];
  console.error(error);
  return [503, { error: "The change may or may not be stored: repeat the request." }];
}

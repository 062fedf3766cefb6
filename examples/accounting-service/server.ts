import { createServer, type IncomingMessage, type Server } from "node:http";
import { InvalidEventError } from "@activity-log/emitter/activity-put";
import * as z from "zod";
import {
  type Caller,
  ConflictError,
  type createInvoices,
  draftSchema,
  NotFoundError,
  transitions,
} from "./invoices.ts";

type Response = readonly [status: number, body: object];

/** Creates the HTTP server. `authenticate` returns who sent a request; `null` if it has no valid credentials. */
export function createInvoiceServer(
  invoices: ReturnType<typeof createInvoices>,
  authenticate: (request: IncomingMessage) => Caller | null,
): Server {
  async function handle(request: IncomingMessage): Promise<Response> {
    const caller = authenticate(request);
    if (caller === null) return [401, { error: "The token is missing or unknown." }];
    const [, id, name = ""] = /^\/invoices\/([\w-]{1,64})(?:\/(\w+))?$/.exec(request.url ?? "") ?? [];
    if (id === undefined) return [404, { error: "Invoices are at /invoices/ID." }];
    const transition = transitions.get(name);
    if (request.method === "POST" && transition) return [200, await invoices.change(caller, id, transition)];
    if (request.method === "GET" && name === "") return [200, await invoices.get(caller, id)];
    if (request.method !== "PUT" || name !== "")
      return [405, { error: "Use GET, PUT, or POST to /send, /pay, /void." }];
    const draft = draftSchema.parse(JSON.parse(await readText(request, 10_000)));
    return [200, await invoices.create(caller, id, draft)];
  }

  return createServer(async (request, response) => {
    const [status, body] = await handle(request).catch(toErrorResponse);
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
  });
}

/** Reads the body. A longer one ends the connection. */
async function readText(request: IncomingMessage, maxLength: number): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > maxLength) throw new SyntaxError("The body is too long.");
  }
  return text;
}

function toErrorResponse(error: unknown): Response {
  if (error instanceof NotFoundError) return [404, { error: error.message }];
  if (error instanceof ConflictError) return [409, { error: error.message }];
  if (error instanceof z.ZodError) return [400, { error: z.prettifyError(error) }];
  if (error instanceof SyntaxError || error instanceof InvalidEventError) return [400, { error: error.message }];
  console.error(error);
  return [503, { error: "The invoice may or may not be changed: repeat the request." }];
}

import { createServer, type IncomingMessage, type Server } from "node:http";
import { verifyWebhook, WebhookVerificationError } from "@activity-log/webhooks";
import type { Queue } from "./queue.ts";

/** Above the largest delivery: an event has 64 KB at most. */
const maxBodyBytes = 262_144;

/** Creates the server that receives deliveries at `/hook`. It responds with 2xx only after a delivery is stored. */
export function createReceiver(queue: Queue, secret: string): Server {
  async function receive(request: IncomingMessage): Promise<number> {
    if (request.url !== "/hook") return 404;
    if (request.method !== "POST") return 405;
    const body = await readBody(request);
    if (body === null) return 413;
    const payload = await verifyWebhook(body, request.headers, secret);
    // The event of a test is invented.
    if (!payload.test) queue.add(payload);
    return 204;
  }

  return createServer(async (request, response) => {
    const status = await receive(request).catch((error: unknown) => {
      console.error(error instanceof WebhookVerificationError ? `Refused: ${error.message}` : error);
      return error instanceof WebhookVerificationError ? 400 : 503;
    });
    response.writeHead(status).end();
  });
}

/** Returns the bytes that were signed; `null` if they are too many. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { formatReceived, verifyReceived } from "./received-delivery.ts";

/** Well above the largest delivery. */
const maxBodyBytes = 1_048_576;

/** A server on the loopback interface. It responds only after `accept` was called. */
export type DeliveryReceiver = {
  readonly url: string;
  /** Shows each delivery from now on and responds with 204, or with 400 if its signature is not valid. */
  accept(secret: string): void;
  close(): void;
};

/** Starts a receiver; port 0 is any free port. Throws `CliError` if the port is in use. */
export async function startDeliveryReceiver(
  port: number,
  context: Pick<CommandContext, "now" | "show">,
): Promise<DeliveryReceiver> {
  const server = createServer();
  const url = `http://127.0.0.1:${await listen(server, port)}/`;
  return {
    url,
    accept(secret) {
      server.on("request", async (request, response) => {
        const body = await readBody(request).catch(() => null);
        if (body === null) {
          response.writeHead(413, { connection: "close" }).end();
          return;
        }
        const received = await verifyReceived(request.headers, body, secret, context.now());
        context.show(formatReceived(received));
        response.writeHead(received.verified ? 204 : 400).end();
      });
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CliError("failed", `Cannot listen on port ${port} (${reason}). Choose another with --port.`, { cause });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Reads the body; `null` if it is larger than any delivery. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // A destroyed request cannot be responded to.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

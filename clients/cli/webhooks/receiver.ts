import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { receive, show } from "./receive.ts";

/** Far above the limit of a delivery. */
const maxBodyBytes = 1_048_576;

/** A server on the loopback interface. Nothing is answered until `accept` is called. */
export type Receiver = {
  readonly url: string;
  /** From now on, shows each delivery and answers 204, or 400 to one that does not verify. */
  accept(secret: string): void;
  close(): void;
};

/** Starts a receiver; port 0 is any free one. Throws `CliError` where the port cannot be had. */
export async function startReceiver(port: number, session: Pick<Session, "now" | "show">): Promise<Receiver> {
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
        const received = receive(request.headers, body, secret, session.now());
        session.show(show(received));
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
    throw new CliError("failed", `The port cannot be had: ${reason}. Choose another with --port.`, { cause });
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** `null` where there is more than any delivery has. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Destroyed, the request could not be answered any more.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

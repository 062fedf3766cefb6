import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll } from "vitest";
import type { Certificate } from "./certificates.ts";

/** A request that a receiver got. */
export type ReceivedHttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: Date;
  /** The connection: equal for requests that shared one. */
  readonly socket: Socket;
};

/** Responds to a request after it was received completely. */
export type HttpReceiverBehaviour = (response: ServerResponse, request: ReceivedHttpRequest) => unknown;

export type HttpReceiver = {
  readonly url: string;
  readonly requests: readonly ReceivedHttpRequest[];
  /** Changes how it responds from now on. */
  respondWith(behaviour: HttpReceiverBehaviour): void;
  close(): Promise<void>;
};

export type HttpReceiverOptions = {
  readonly tls?: Certificate;
  readonly behaviour?: HttpReceiverBehaviour;
  /** The address to listen on; by default 127.0.0.1. */
  readonly host?: string;
};

/** Starts an HTTP receiver of webhooks, or an HTTPS one if it has a certificate. It closes after the tests of the file. */
export async function startReceiver({
  tls,
  behaviour: answer = status(204),
  host = "127.0.0.1",
}: HttpReceiverOptions = {}): Promise<HttpReceiver> {
  const requests: ReceivedHttpRequest[] = [];
  let behaviour = answer;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url: path = "", headers, socket } = request;
    const at = new Date();
    const chunks = await request.toArray().catch(() => null);
    if (chunks === null) return;
    const received = { method, path, headers, body: Buffer.concat(chunks).toString(), at, socket };
    requests.push(received);
    await behaviour(response, received);
  };
  const server: Server = tls === undefined ? createServer(handle) : createTlsServer(tls, handle);
  const origin = await listen(server, host);
  const close = closeAfterTests(server);
  return {
    url: `${tls === undefined ? "http" : "https"}://${origin}/hook`,
    requests,
    respondWith: (next) => {
      behaviour = next;
    },
    close,
  };
}

/** Starts a TCP server that calls `onConnection` for each connection, and does nothing by default. */
export async function startSocketServer(
  onConnection: (socket: Socket) => unknown = () => undefined,
): Promise<{ readonly host: string }> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  const host = await listen(server, "127.0.0.1");
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host };
}

async function listen(server: TcpServer, host: string): Promise<string> {
  await once(server.listen(0, host), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  return `${host.includes(":") ? `[${host}]` : host}:${address.port}`;
}

function closeAfterTests(server: Server): () => Promise<void> {
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  afterAll(close);
  return close;
}

export function status(
  code: number,
  headers: Record<string, string | string[]> = {},
  body: string | Buffer = "",
): HttpReceiverBehaviour {
  return (response) => response.writeHead(code, headers).end(body);
}

export function redirect(to: string, code = 302): HttpReceiverBehaviour {
  return status(code, { location: to });
}

/** Never responds. */
export function hang(): HttpReceiverBehaviour {
  return () => undefined;
}

/** Waits, then responds. */
export function delayed(milliseconds: number, then: HttpReceiverBehaviour): HttpReceiverBehaviour {
  return async (response, request) => {
    await delay(milliseconds);
    then(response, request);
  };
}

/** Resets the connection without a response. */
export function reset(): HttpReceiverBehaviour {
  return (response) => response.socket?.resetAndDestroy();
}

/** Writes text to the connection unchanged, and leaves it open. */
export function raw(text: string): HttpReceiverBehaviour {
  return (response) => response.socket?.write(text);
}

/** Sends headers and the beginning of a body, and leaves the connection open. */
export function hangAfterHeaders(code = 200, start = "begun"): HttpReceiverBehaviour {
  return (response) => response.writeHead(code).write(start);
}

/** Sends headers and the beginning of a body, then resets the connection. */
export function resetAfterHeaders(code = 200, start = "begun"): HttpReceiverBehaviour {
  return (response) => response.writeHead(code).write(start, () => response.socket?.resetAndDestroy());
}

/** Sends an endless body byte by byte. */
export function drip(bytesPerSecond: number): HttpReceiverBehaviour {
  return async (response) => {
    for (response.writeHead(200); !response.destroyed; await delay(1000 / bytesPerSecond)) response.write(".");
  };
}

/** Sends an endless body as fast as the client reads it. */
export function endlessBody(): HttpReceiverBehaviour {
  return (response) => pour(response.writeHead(200), "x".repeat(65_536));
}

/** Sends endless headers. */
export function endlessHeaders(): HttpReceiverBehaviour {
  return ({ socket }) => {
    if (socket === null) return;
    socket.write("HTTP/1.1 200 OK\r\n");
    pour(socket, "x-more: and more\r\n".repeat(100));
  };
}

function pour(sink: ServerResponse | Socket, text: string): void {
  const more = () => {
    let isWritable = true;
    while (isWritable && !sink.destroyed) isWritable = sink.write(text);
  };
  sink.on("error", () => undefined).on("drain", more);
  more();
}

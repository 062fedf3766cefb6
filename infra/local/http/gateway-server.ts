import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type GatewayResponse, gatewayError } from "./gateway-response.ts";
import type { GatewayRequest } from "./payload-v2.ts";

export type HandleGatewayRequest = (request: GatewayRequest) => Promise<GatewayResponse>;

/** API Gateway's limits for the request line with all headers, and for the body. */
const maxHeaderBytes = 10_240;
const maxBodyBytes = 10 * 1024 * 1024;

/** An HTTP server with API Gateway's limits; `respond` answers what is within them. */
export function createGatewayServer(respond: HandleGatewayRequest): Server {
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 30_000 },
    async (request, response) => {
      const isHead = request.method === "HEAD";
      const body = await bodyOf(request);
      if (request.errored !== null) return; // the client hung up in the middle of its body
      if (body === undefined) {
        response.setHeader("connection", "close");
        return send(response, gatewayError(413, "Request Entity Too Large"), isHead);
      }
      const answer = await respond({
        method: request.method ?? "GET",
        url: request.url ?? "/",
        rawHeaders: request.rawHeaders,
        body,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        protocol: `HTTP/${request.httpVersion}`,
      }).catch(() => gatewayError(500, "Internal Server Error"));
      send(response, answer, isHead);
    },
  );
  server.on("clientError", answerBrokenRequest);
  return server;
}

function send(response: ServerResponse, { status, headers, cookies, body }: GatewayResponse, isHead: boolean): void {
  if (response.destroyed) return;
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, {
    ...headers,
    ...(cookies.length > 0 && { "set-cookie": [...cookies] }),
    ...(hasBody && { "content-length": body.length }),
  });
  response.end(isHead || !hasBody ? undefined : body);
}

/** Undefined when the body is too large; then the rest of it is thrown away so that the client reads the answer. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
  });
  await Promise.race([once(request, "end"), once(request, "close")]).catch(() => {});
  return size > maxBodyBytes ? undefined : Buffer.concat(chunks);
}

function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const [line, message] =
    error.code === "HPE_HEADER_OVERFLOW"
      ? ["431 Request Header Fields Too Large", "Request Header Fields Too Large"]
      : ["400 Bad Request", "Bad Request"];
  const body = JSON.stringify({ message });
  const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${line}\r\n${headers}\r\n\r\n${body}`);
  // Closing while the client still sends would reset the connection before it has read the answer.
  socket.removeAllListeners("data").resume();
  socket.setTimeout(1_000, () => socket.destroy());
}

import { createServer, type RequestListener } from "node:http";
import { gatewayError } from "#infra/local/http/gateway-response.ts";
import { createGatewayServer, type HandleGatewayRequest } from "#infra/local/http/gateway-server.ts";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";

/** The servers of a stack. Both respond 503 until they get a handler. */
export type Servers = {
  /** Origin of the HTTP API. */
  readonly api: string;
  /** Origin of the AWS services. */
  readonly services: string;
  handleApi(handler: HandleGatewayRequest): void;
  handleServices(listener: RequestListener): void;
};

/** Longer than SDK clients keep an idle connection. */
const keepAliveTimeout = 60_000;

/** Opens the servers of a stack. They listen before their handlers exist: templates contain their addresses. */
export async function openServers(apiPort: number, stops: AsyncDisposableStack): Promise<Servers> {
  let respond: HandleGatewayRequest = async () => gatewayError(503, "Service Unavailable");
  let serve: RequestListener = (_, response) => response.writeHead(503).end();
  const apiServer = createGatewayServer((request) => respond(request));
  const api = await listenOnLoopback(apiServer, apiPort);
  stops.defer(() => closeServer(apiServer));
  const serviceServer = createServer({ keepAliveTimeout }, (request, response) => serve(request, response));
  const services = await listenOnLoopback(serviceServer, 0);
  stops.defer(() => closeServer(serviceServer));
  return {
    api,
    services,
    handleApi(handler) {
      respond = handler;
    },
    handleServices(listener) {
      serve = listener;
    },
  };
}

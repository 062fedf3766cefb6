import { request } from "node:http";
import { createServer } from "node:https";
import { pipeline } from "node:stream";
import { closeServer, listenOnLoopback } from "../../infra/local/listen.ts";
import type { Certificate } from "../support/certificates.ts";

export type HttpsGateway = {
  /** As `https://127.0.0.1:3000`. */
  readonly origin: string;
  /** From now on requests go to this HTTP API of the emulator. */
  serve(apiId: string): void;
  stop(): Promise<void>;
};

/**
 * Stands before the emulator's HTTP APIs, which it serves by plain HTTP and without `x-forwarded-proto`: API Gateway has
 * HTTPS only, and says so to functions.
 */
export async function startHttpsGateway(certificate: Certificate, emulator: string): Promise<HttpsGateway> {
  let api: string | null = null;
  const server = createServer(certificate, (incoming, response) => {
    if (api === null) return void response.writeHead(503).end();
    const { method, headers, url = "/" } = incoming;
    const target = `${emulator}/_aws/execute-api/${api}/$default${url}`;
    const outgoing = request(target, { method, headers: { ...headers, "x-forwarded-proto": "https" } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response, () => undefined);
    });
    outgoing.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
    pipeline(incoming, outgoing, () => undefined);
  });
  const { port } = new URL(await listenOnLoopback(server, 0));
  return {
    origin: `https://127.0.0.1:${port}`,
    serve: (apiId) => {
      api = apiId;
    },
    stop: () => closeServer(server),
  };
}

import { createServer, request } from "node:https";
import { pipeline } from "node:stream";
import { closeServer, listenOnLoopback } from "#infra/local/listen.ts";
import type { Certificate } from "#test/support/webhooks/certificates.ts";

export type HttpsGateway = {
  /** Such as `https://127.0.0.1:3000`. */
  readonly origin: string;
  /** Forwards all following requests to this HTTP API of the emulator. */
  serve(apiId: string): void;
  stop(): Promise<void>;
};

/**
 * Starts a TLS proxy for the emulator's HTTP APIs. Their own hosts are subdomains of the emulator's, which not every
 * machine resolves, and the functions must see the host that the caller used.
 */
export async function startHttpsGateway(certificate: Certificate, emulator: string): Promise<HttpsGateway> {
  let api: string | null = null;
  const server = createServer(certificate, (incoming, response) => {
    if (api === null) return void response.writeHead(503).end();
    const { method, headers, url = "/" } = incoming;
    const target = `${emulator}/_aws/execute-api/${api}/$default${url}`;
    const outgoing = request(target, { method, headers }, (answer) => {
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

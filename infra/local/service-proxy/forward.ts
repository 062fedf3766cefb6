import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { authorizationHeader } from "#infra/local/aws-json.ts";
import { readBody } from "#infra/local/read-body.ts";

/** Address and access key of an emulator. */
export type EmulatorConnection = {
  readonly origin: string;
  readonly accessKey: string;
};

export type ProxiedRequest = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** ARN of the calling principal. */
  readonly caller: string;
  /** True to close the connection instead of sending the response. */
  readonly dropsResponse?: boolean;
};

/** How requests and responses of an emulator differ from those of AWS. */
type ForwardOptions = {
  /** Returns how to rewrite responses of the operation; `undefined` to pass them on unchanged. */
  rewriteResponse(operation: string): ((text: string) => string) | undefined;
  rewriteRequest?(text: string): string;
  /** Called when a request is forwarded; the returned function is called when the emulator has responded. */
  begin?(operation: string): () => void;
};

/** Creates a forwarder to the emulators, which only the service proxy calls. */
export function createForwarder(region: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });

  function forwardTo(
    engine: EmulatorConnection,
    { rewriteResponse: answer, rewriteRequest: question, begin }: ForwardOptions,
  ) {
    return async (operation: string, text: string, exchange: ProxiedRequest): Promise<void> => {
      const { response } = exchange;
      const end = begin?.(operation);
      const result = await ask(engine, question?.(text) ?? text, exchange).finally(end);
      const change = answer(operation);
      if (exchange.dropsResponse) {
        await readBody(result);
        response.destroy();
      } else if (change === undefined) {
        response.writeHead(result.statusCode ?? 500, result.rawHeaders);
        await pipeline(result, response);
      } else {
        const changed = change(await readBody(result));
        response.writeHead(result.statusCode ?? 500, { "content-type": result.headers["content-type"] }).end(changed);
      }
    };
  }

  function ask(engine: EmulatorConnection, body: string, exchange: ProxiedRequest): Promise<IncomingMessage> {
    const { request, response, caller } = exchange;
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": request.headers["content-type"],
        "content-length": Buffer.byteLength(body),
        "x-amz-target": request.headers["x-amz-target"],
        "x-caller": caller,
        authorization: authorizationHeader(engine.accessKey, region),
      };
      const upstream = httpRequest(engine.origin, { method: "POST", agent, headers });
      let isAnswered = false;
      upstream.once("response", (result) => {
        isAnswered = true;
        resolve(result);
      });
      upstream.on("error", (error) => {
        // An emulator may close an idle connection just when it is reused.
        if (upstream.reusedSocket && !isAnswered && !response.destroyed) resolve(ask(engine, body, exchange));
        else reject(error);
      });
      // Cancel the poll of a client that disconnects: its message would be lost until the visibility timeout.
      response.once("close", () => {
        if (!response.writableFinished) upstream.destroy();
      });
      upstream.end(body);
    });
  }

  return { forwardTo, close: () => agent.destroy() };
}

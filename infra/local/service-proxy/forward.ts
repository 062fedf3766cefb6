import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { authorization } from "#infra/local/aws-json.ts";
import { textOf } from "./text.ts";

/** An engine behind the gate. */
export interface Engine {
  readonly origin: string;
  readonly accessKey: string;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The ARN of the one who asks. */
  readonly caller: string;
  /** Ends the connection where the answer would come. */
  readonly losesAnswer?: boolean;
}

/** What an engine names differently from AWS. */
interface Translation {
  /** Changes an answer; undefined when none needs it. */
  answer(operation: string): ((text: string) => string) | undefined;
  question?(text: string): string;
  /** Called when a request is passed on; what it returns, when the engine has answered. */
  begin?(operation: string): () => void;
}

/** Passes requests on to engines, which only the gate can reach. */
export function forwarder(region: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });

  function forwardTo(engine: Engine, { answer, question, begin }: Translation) {
    return async (operation: string, text: string, exchange: Exchange): Promise<void> => {
      const { response } = exchange;
      const end = begin?.(operation);
      const result = await ask(engine, question?.(text) ?? text, exchange).finally(end);
      const change = answer(operation);
      if (exchange.losesAnswer) {
        await textOf(result);
        response.destroy();
      } else if (change === undefined) {
        response.writeHead(result.statusCode ?? 500, result.rawHeaders);
        await pipeline(result, response);
      } else {
        const changed = change(await textOf(result));
        response.writeHead(result.statusCode ?? 500, { "content-type": result.headers["content-type"] }).end(changed);
      }
    };
  }

  function ask(engine: Engine, body: string, exchange: Exchange): Promise<IncomingMessage> {
    const { request, response, caller } = exchange;
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": request.headers["content-type"],
        "content-length": Buffer.byteLength(body),
        "x-amz-target": request.headers["x-amz-target"],
        "x-caller": caller,
        authorization: authorization(engine.accessKey, region),
      };
      const upstream = httpRequest(engine.origin, { method: "POST", agent, headers });
      let isAnswered = false;
      upstream.once("response", (result) => {
        isAnswered = true;
        resolve(result);
      });
      upstream.on("error", (error) => {
        // An engine may close an idle connection just as it is used again.
        if (upstream.reusedSocket && !isAnswered && !response.destroyed) resolve(ask(engine, body, exchange));
        else reject(error);
      });
      // A client that hangs up while it polls must not take a message that nobody will see.
      response.once("close", () => {
        if (!response.writableFinished) upstream.destroy();
      });
      upstream.end(body);
    });
  }

  return { forwardTo, close: () => agent.destroy() };
}

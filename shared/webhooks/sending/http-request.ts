import { type Agent, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import { headNormalizer, maxHeadBytes } from "./head-normalizer.ts";
import type { Target } from "./http-target.ts";
import { type Answer, type AnswerLimits, readAnswer } from "./read-response.ts";
import {
  type Fault,
  faultOf,
  lateAnswer,
  lateConnection,
  noStatus,
  otherProtocol,
  type Stage,
} from "./send-failure.ts";

export type ExchangeLimits = AnswerLimits & {
  /** Milliseconds until there is a connection: DNS, TCP and TLS. */
  readonly connectMs: number;
  /** Milliseconds of the whole exchange, the body included. */
  readonly totalMs: number;
};

export type Call = {
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly lookup: LookupFunction;
  /** `false` for a new connection that is not kept. */
  readonly agent: Agent | false;
};

export type Exchanged = {
  readonly outcome: Answer | Fault;
  /** Whether an older connection was used again. */
  readonly reused: boolean;
};

const dialling = {
  rejectUnauthorized: true,
  // Node would leave an address after 250 ms for the next, and so a distant host for one that cannot be reached.
  autoSelectFamilyAttemptTimeout: 1_000,
};

/**
 * Makes one request, and gives it up at `deadline` (of `performance.now`) at the latest. Once the headers are there,
 * giving up ends the body and no more.
 */
export function exchange(call: Call, limits: ExchangeLimits, deadline: number): Promise<Exchanged> {
  const { secure, host, port, path, authority } = call.target;
  return new Promise((done) => {
    let stage: Stage = "connect";
    let connecting: NodeJS.Timeout | undefined;
    let answering = false;
    const request = (secure ? httpsRequest : httpRequest)({
      host,
      port,
      path,
      method: "POST",
      headers: requestHeaders(call, authority),
      agent: call.agent,
      maxHeaderSize: maxHeadBytes,
      ...dialling,
      lookup(name, options, callback) {
        stage = "dns";
        call.lookup(name, options, (error, address, family) => {
          if (error === null) stage = "connect";
          callback(error, address, family);
        });
      },
    });
    const end = (outcome: Answer | Fault) => {
      clearTimeout(total);
      clearTimeout(connecting);
      done({ outcome, reused: request.reusedSocket });
    };
    const fail = (fault: Fault) => {
      if (!answering) end(fault);
    };
    const giveUp = (fault: Fault) => {
      fail(fault);
      request.destroy();
    };
    const connected = () => {
      stage = "answer";
      clearTimeout(connecting);
    };
    const total = setTimeout(() => giveUp(lateAnswer(limits.totalMs)), deadline - performance.now());
    request.on("socket", (socket) => {
      headNormalizer(socket).expectResponse();
      if (request.reusedSocket) return connected();
      connecting = setTimeout(() => giveUp(lateConnection(stage, limits.connectMs)), limits.connectMs);
      if (!secure) return socket.once("connect", connected);
      socket.once("connect", () => {
        stage = "tls";
      });
      socket.once("secureConnect", connected);
    });
    request.on("response", (response) => {
      if ((response.statusCode ?? 0) < 100) {
        fail(noStatus);
        response.destroy();
        return;
      }
      answering = true;
      // An intermediary may parse such a head differently, and then take other bytes for the next response.
      const { socket } = response;
      if (headNormalizer(socket).hasRewritten()) response.once("end", () => socket.destroy());
      readAnswer(response, limits, end);
    });
    request.on("upgrade", (_response, socket) => {
      fail(otherProtocol);
      socket.destroy();
    });
    request.on("error", (error) => fail(faultOf(stage, error)));
    // As text, which Node writes in one go with the headers; bytes would take a second record of TLS.
    request.end(call.body);
  });
}

/** As a list, which Node writes without a look at each; it then leaves Host to us. */
function requestHeaders({ headers, body }: Call, authority: string): string[] {
  const length = String(Buffer.byteLength(body));
  return [
    ...Object.entries(headers).flat(),
    ...["host", authority, "accept-encoding", "identity", "content-length", length],
  ];
}

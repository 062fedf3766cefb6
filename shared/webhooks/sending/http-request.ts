import { type Agent, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { HttpTarget } from "./http-target.ts";
import { type ReceiverResponse, type ResponseLimits, readResponse } from "./read-response.ts";
import { attachHeadNormalizer, maxHeadBytes } from "./response-head-normalizer.ts";
import {
  connectTimeoutFailure,
  invalidStatusFailure,
  protocolSwitchFailure,
  type RequestStage,
  responseTimeoutFailure,
  type SendFailure,
  toSendFailure,
} from "./send-failure.ts";

export type HttpRequestLimits = ResponseLimits & {
  /** Milliseconds until the connection is established: DNS, TCP and TLS. */
  readonly connectMs: number;
  /** Milliseconds of the whole request, including the response body. */
  readonly totalMs: number;
};

export type OutgoingRequest = {
  readonly target: HttpTarget;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly lookup: LookupFunction;
  /** `false` for a new connection that is not reused. */
  readonly agent: Agent | false;
};

export type HttpRequestResult = {
  readonly outcome: ReceiverResponse | SendFailure;
  readonly isReusedConnection: boolean;
};

const connectionOptions = {
  rejectUnauthorized: true,
  // Node's default of 250 ms would skip a distant host's address for one that cannot be reached.
  autoSelectFamilyAttemptTimeout: 1_000,
};

/**
 * Sends one request, and aborts it at `deadline` (of `performance.now`). After the response headers have arrived, an
 * abort only ends the body.
 */
export function sendHttpRequest(
  call: OutgoingRequest,
  limits: HttpRequestLimits,
  deadline: number,
): Promise<HttpRequestResult> {
  const { secure, host, port, path, authority } = call.target;
  return new Promise((done) => {
    let stage: RequestStage = "connect";
    let connecting: NodeJS.Timeout | undefined;
    let hasResponse = false;
    const request = (secure ? httpsRequest : httpRequest)({
      host,
      port,
      path,
      method: "POST",
      headers: requestHeaders(call, authority),
      agent: call.agent,
      maxHeaderSize: maxHeadBytes,
      ...connectionOptions,
      lookup(name, options, callback) {
        stage = "dns";
        call.lookup(name, options, (error, address, family) => {
          if (error === null) stage = "connect";
          callback(error, address, family);
        });
      },
    });
    const end = (outcome: ReceiverResponse | SendFailure) => {
      clearTimeout(total);
      clearTimeout(connecting);
      done({ outcome, isReusedConnection: request.reusedSocket });
    };
    const fail = (fault: SendFailure) => {
      if (!hasResponse) end(fault);
    };
    const abort = (fault: SendFailure) => {
      fail(fault);
      request.destroy();
    };
    const onConnected = () => {
      stage = "response";
      clearTimeout(connecting);
    };
    const total = setTimeout(() => abort(responseTimeoutFailure(limits.totalMs)), deadline - performance.now());
    request.on("socket", (socket) => {
      attachHeadNormalizer(socket).expectResponse();
      if (request.reusedSocket) return onConnected();
      connecting = setTimeout(() => abort(connectTimeoutFailure(stage, limits.connectMs)), limits.connectMs);
      if (!secure) return socket.once("connect", onConnected);
      socket.once("connect", () => {
        stage = "tls";
      });
      socket.once("secureConnect", onConnected);
    });
    request.on("response", (response) => {
      if ((response.statusCode ?? 0) < 100) {
        fail(invalidStatusFailure);
        response.destroy();
        return;
      }
      hasResponse = true;
      // An intermediary may parse a rewritten head differently, and take other bytes for the next response.
      const { socket } = response;
      if (attachHeadNormalizer(socket).hasRewritten()) response.once("end", () => socket.destroy());
      readResponse(response, limits, end);
    });
    request.on("upgrade", (_response, socket) => {
      fail(protocolSwitchFailure);
      socket.destroy();
    });
    request.on("error", (error) => fail(toSendFailure(stage, error)));
    // Node writes a string together with the headers; bytes would need a second TLS record.
    request.end(call.body);
  });
}

/** Node writes a list without checking each header, and does not add Host. */
function requestHeaders({ headers, body }: OutgoingRequest, authority: string): string[] {
  const length = String(Buffer.byteLength(body));
  return [
    ...Object.entries(headers).flat(),
    ...["host", authority, "accept-encoding", "identity", "content-length", length],
  ];
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { isJson } from "#infra/local/json.ts";
import type { Region } from "#infra/local/service-proxy/access.ts";
import type { Judge, Principal } from "#infra/local/service-proxy/authorizer.ts";
import { textOf } from "#infra/local/service-proxy/text.ts";
import { functionArn } from "#infra/local/template/identities.ts";
import type { Outcome } from "./environment.ts";
import type { Throttled } from "./function.ts";
import type { HostedFunction } from "./host.ts";

export interface InvokeApiOptions {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly judge: Judge;
  readonly where: Region;
  principalOf(accessKey: string): Principal;
  onRefusal(sentence: string): void;
}

const maxSyncBytes = 6 * 1024 * 1024;
const maxAsyncBytes = 1024 * 1024;
const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** True for a request of the Lambda Invoke API. */
export function isInvocation(url: string): boolean {
  return url.startsWith("/2015-03-31/");
}

/** Answers `POST /2015-03-31/functions/NAME/invocations` as Lambda does. */
export function invokeApi({ functions, judge, where, principalOf, onRefusal }: InvokeApiOptions) {
  return async (request: IncomingMessage, response: ServerResponse, accessKey: string): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://lambda").pathname;
    const given = decodeURIComponent(invocationPath.exec(path)?.[1] ?? "");
    const name = given.replace(/^.*:function:/, "");
    const fn = functions.get(name);
    const arn = fn?.definition.arn ?? functionArn(name, where);

    const refusal = await judge(principalOf(accessKey), { action: "lambda:InvokeFunction", resource: arn });
    if (refusal !== undefined) {
      onRefusal(refusal);
      return fail(response, 403, "AccessDeniedException", refusal);
    }
    if (fn === undefined) return fail(response, 404, "ResourceNotFoundException", `Function not found: ${arn}`);

    const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
    const payload = (await textOf(request)) || "{}";
    const limit = type === "Event" ? maxAsyncBytes : maxSyncBytes;
    if (Buffer.byteLength(payload) > limit) {
      const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`;
      return fail(response, 413, "RequestEntityTooLargeException", message);
    }
    if (!isJson(payload)) {
      return fail(response, 400, "InvalidRequestContentException", "Could not parse request body into json");
    }
    if (type === "DryRun") return void response.writeHead(204).end();
    if (type === "Event") {
      fn.accept(payload);
      return void response.writeHead(202).end();
    }
    answer(response, await fn.invoke(payload));
  };
}

function answer(response: ServerResponse, outcome: Outcome | Throttled): void {
  const executed = { "content-type": "application/json", "x-amz-executed-version": "$LATEST" };
  if (outcome.kind === "throttled") {
    fail(response, 429, "TooManyRequestsException", "Rate Exceeded.");
  } else if (outcome.kind === "result") {
    response.writeHead(200, executed).end(outcome.payload);
  } else {
    response.writeHead(200, { ...executed, "x-amz-function-error": "Unhandled" }).end(JSON.stringify(outcome.error));
  }
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  const headers = { "content-type": "application/json", "x-amzn-errortype": code };
  response.writeHead(status, headers).end(JSON.stringify({ Type: "User", Message: message, message }));
}

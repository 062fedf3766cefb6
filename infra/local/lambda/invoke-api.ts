import type { IncomingMessage, ServerResponse } from "node:http";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import type { Authorize, Principal } from "#infra/local/iam/authorizer.ts";
import { isJson } from "#infra/local/json.ts";
import { readBody } from "#infra/local/read-body.ts";
import { functionArn } from "#infra/local/template/resource-identities.ts";
import type { InvocationResult } from "./execution-environment.ts";
import type { HostedFunction } from "./host.ts";
import type { ThrottledInvocation } from "./local-function.ts";

export type InvokeApiOptions = {
  readonly functions: ReadonlyMap<string, HostedFunction>;
  readonly authorize: Authorize;
  readonly awsEnvironment: AwsEnvironment;
  principalOf(accessKey: string): Principal;
  onDenied(sentence: string): void;
};

const maxSyncBytes = 6 * 1024 * 1024;
const maxAsyncBytes = 1024 * 1024;
const invocationPath = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

/** True for a request of the Lambda Invoke API. */
export function isInvokeRequest(url: string): boolean {
  return url.startsWith("/2015-03-31/");
}

/** Handles `POST /2015-03-31/functions/NAME/invocations` like Lambda. */
export function createInvokeApi({
  functions,
  authorize,
  awsEnvironment,
  principalOf,
  onDenied: onRefusal,
}: InvokeApiOptions) {
  return async (request: IncomingMessage, response: ServerResponse, accessKey: string): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://lambda").pathname;
    const given = decodeURIComponent(invocationPath.exec(path)?.[1] ?? "");
    const name = given.replace(/^.*:function:/, "");
    const fn = functions.get(name);
    const arn = fn?.definition.arn ?? functionArn(name, awsEnvironment);

    const refusal = await authorize(principalOf(accessKey), { action: "lambda:InvokeFunction", resource: arn });
    if (refusal !== undefined) {
      onRefusal(refusal);
      return fail(response, 403, "AccessDeniedException", refusal);
    }
    if (fn === undefined) return fail(response, 404, "ResourceNotFoundException", `Function not found: ${arn}`);

    const type = request.headers["x-amz-invocation-type"] ?? "RequestResponse";
    const payload = (await readBody(request)) || "{}";
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
      fn.invokeAsync(payload);
      return void response.writeHead(202).end();
    }
    answer(response, await fn.invoke(payload));
  };
}

function answer(response: ServerResponse, outcome: InvocationResult | ThrottledInvocation): void {
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

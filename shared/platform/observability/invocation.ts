import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "aws-lambda";

const current = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Runs an invocation. Its log lines contain the request id and the name of the function. */
export function runInInvocation<T>({ awsRequestId, functionName }: Context, run: () => T, requestId = awsRequestId): T {
  return current.run({ function: functionName, request_id: requestId }, run);
}

/** Returns the fields of every log line of the current invocation; none outside of an invocation. */
export function invocationFields(): Readonly<Record<string, unknown>> {
  return current.getStore() ?? {};
}

import { AsyncLocalStorage } from "node:async_hooks";
import type { Context } from "aws-lambda";

const current = new AsyncLocalStorage<Readonly<Record<string, unknown>>>();

/** Runs an invocation. All that is logged on its way says which one, and of which function, it was. */
export function runInInvocation<T>({ awsRequestId, functionName }: Context, run: () => T, requestId = awsRequestId): T {
  return current.run({ function: functionName, request_id: requestId }, run);
}

/** What every line of the current invocation says; nothing outside of any. */
export function invocationFields(): Readonly<Record<string, unknown>> {
  return current.getStore() ?? {};
}

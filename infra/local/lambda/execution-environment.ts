import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { FunctionDefinition } from "./function-definition.ts";

type InvocationError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

/** The start parameters of an environment, and its invocations. */
export type HandlerLocation = Pick<FunctionDefinition, "folder" | "handler">;

export type InvocationMessage = {
  readonly payload: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly context: Readonly<Record<string, unknown>>;
};

export type EnvironmentMessage =
  | { kind: "ready" }
  | { kind: "result"; payload: string }
  | { kind: "error" | "fatal"; error: InvocationError };

/** Result of an invocation: the JSON of the handler, or its error. A fatal error ends the environment. */
export type InvocationResult = Exclude<EnvironmentMessage, { kind: "ready" }>;

export type ExecutionEnvironment = {
  /** False once the function has ended it, be it between two invocations. */
  isAlive(): boolean;
  /** Settles once the bundle is loaded, or is known not to load: invocations then say why. */
  readonly loaded: Promise<unknown>;
  /** Runs one invocation; the next may begin once this one is settled. Never rejects. */
  invoke(payload: string, requestId: string): Promise<InvocationResult>;
  stop(): Promise<void>;
};

const initSeconds = 10;

/** Space for what is new, which V8 lets grow to 48 MB otherwise: an environment then takes a third more under load. */
const maxYoungGenerationSizeMb = 4;

/**
 * Starts a worker thread with the function's bundle and nothing of the host's environment. `log` receives what the
 * function prints.
 */
export function startExecutionEnvironment(
  definition: FunctionDefinition,
  variables: Readonly<Record<string, string>>,
  log: (text: string) => void,
): ExecutionEnvironment {
  const { folder, handler, memoryMb, timeoutSeconds } = definition;
  const worker = new Worker(new URL("./bootstrap.mjs", import.meta.url), {
    workerData: { folder, handler } satisfies HandlerLocation,
    env: { ...variables },
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb },
  });
  for (const stream of [worker.stdout, worker.stderr]) printLines(stream, log);

  let alive = true;
  let settle: (message: EnvironmentMessage) => void = () => {};
  worker.on("message", (message: EnvironmentMessage) => settle(message));
  worker.on("error", ({ name, message }) => settle(fatal(name, message)));
  worker.on("exit", (code) => {
    alive = false;
    settle(fatal("Runtime.ExitError", `Runtime exited with error: exit status ${code}`));
  });

  async function within(seconds: number, start: () => void): Promise<EnvironmentMessage> {
    const timedOut = fatal("Sandbox.Timedout", `Task timed out after ${seconds.toFixed(2)} seconds`);
    const { promise, resolve } = Promise.withResolvers<EnvironmentMessage>();
    settle = resolve;
    const timer = setTimeout(() => {
      resolve(timedOut);
      void worker.terminate();
    }, seconds * 1_000);
    start();
    return promise.finally(() => clearTimeout(timer));
  }

  const ready = within(initSeconds, () => {});

  return {
    isAlive: () => alive,
    loaded: ready,
    async invoke(payload, requestId) {
      const initialised = await ready;
      if (initialised.kind !== "ready") return withRequestId(initialised, requestId);
      const outcome = await within(timeoutSeconds, () => {
        const deadline = Date.now() + timeoutSeconds * 1_000;
        const context = lambdaContext(definition, requestId);
        worker.postMessage({ payload, deadline, context } satisfies InvocationMessage);
      });
      if (outcome.kind === "ready") throw new Error("An environment reported ready twice.");
      return withRequestId(outcome, requestId);
    },
    async stop() {
      settle(fatal("Runtime.ExitError", "Runtime was stopped"));
      await worker.terminate();
    },
  };
}

function fatal(errorType: string, errorMessage: string): InvocationResult {
  return { kind: "fatal", error: { errorType, errorMessage } };
}

/** Lambda itself, not the function, speaks in these errors, and it puts the request id first. */
function withRequestId(outcome: InvocationResult, requestId: string): InvocationResult {
  if (outcome.kind === "result") return outcome;
  const { errorType, errorMessage, ...rest } = outcome.error;
  if (!/^(Sandbox\.|Runtime\.ExitError)/.test(errorType)) return outcome;
  return { ...outcome, error: { errorType, errorMessage: `RequestId: ${requestId} Error: ${errorMessage}`, ...rest } };
}

function lambdaContext(definition: FunctionDefinition, requestId: string) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: definition.name,
    functionVersion: "$LATEST",
    invokedFunctionArn: definition.arn,
    logGroupName: definition.logGroup,
    logStreamName: "local",
    memoryLimitInMB: String(definition.memoryMb),
  };
}

async function printLines(stream: NodeJS.ReadableStream, log: (text: string) => void): Promise<void> {
  let partial = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    const end = chunk.lastIndexOf("\n");
    if (end >= 0) log(partial + chunk.slice(0, end + 1));
    partial = end >= 0 ? chunk.slice(end + 1) : partial + chunk;
  });
  await once(stream, "end");
  if (partial !== "") log(partial);
}

import type { FaultInjector } from "#infra/local/fault-injection.ts";
import {
  type ExecutionEnvironment,
  type InvocationResult,
  startExecutionEnvironment,
} from "./execution-environment.ts";
import type { FunctionDefinition } from "./function-definition.ts";

/** AWS refuses what exceeds the reserved concurrency. */
export type ThrottledInvocation = {
  readonly kind: "throttled";
};

/** Runs a function with a JSON event. Never rejects. */
export type InvokeFunction = (payload: string) => Promise<InvocationResult | ThrottledInvocation>;

export type LocalFunction = {
  readonly definition: FunctionDefinition;
  readonly invoke: InvokeFunction;
  /** How many environments there are now. */
  environments(): number;
  /** How many of them have nothing to do. */
  idle(): number;
  /** Has so many environments loaded, within the function's limit. */
  warm(environments: number): Promise<void>;
  stop(): Promise<void>;
};

export type FunctionHost = {
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly variables: Readonly<Record<string, string>>;
  /** Environments at once, where the template reserves none: what exceeds them waits. */
  readonly concurrency: number;
  /** An environment that had nothing to do for so long is stopped; one stays where some were loaded ahead. */
  readonly idleMs: number;
  readonly faultInjector?: FaultInjector | undefined;
  log(text: string): void;
};

/** Lambda's limit for an answer. */
const maxResponseBytes = 6_291_556;

/** A function with as many environments as its load asks for; each takes one request at a time. */
export function createLocalFunction(definition: FunctionDefinition, host: FunctionHost): LocalFunction {
  const limit = definition.reservedConcurrency ?? host.concurrency;
  const all = new Set<ExecutionEnvironment>();
  // The last one in is the first one out, so that those in front are idle for longest.
  const idle: { readonly environment: ExecutionEnvironment; readonly since: number }[] = [];
  const waiting: ((environment: ExecutionEnvironment | undefined) => void)[] = [];
  let stopped = false;
  let starting = false;
  let kept = 0;
  let cleanup: NodeJS.Timeout | undefined;

  function start(): ExecutionEnvironment {
    const environment = startExecutionEnvironment(definition, host.variables, host.log);
    all.add(environment);
    return environment;
  }

  function acquire(): Promise<ExecutionEnvironment | undefined> | ExecutionEnvironment | undefined {
    if (stopped) return undefined;
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      if (free.environment.isAlive()) return free.environment;
      all.delete(free.environment);
    }
    const busy = all.size - (starting ? 1 : 0);
    if (definition.reservedConcurrency !== undefined && busy + waiting.length >= limit) return undefined;
    const { promise, resolve } = Promise.withResolvers<ExecutionEnvironment | undefined>();
    waiting.push(resolve);
    startNext();
    return promise;
  }

  /**
   * Starts an environment for what waits. One at a time: a start takes a core for as long as a dozen invocations, so a
   * burst of short ones is over sooner in the environments that there are.
   */
  function startNext(): void {
    if (stopped || starting || waiting.length === 0 || all.size >= limit) return;
    starting = true;
    const environment = start();
    void environment.loaded.then(() => {
      starting = false;
      release(environment);
      startNext();
    });
  }

  function release(environment: ExecutionEnvironment): void {
    const next = waiting.shift();
    if (next !== undefined) {
      next(environment);
      return;
    }
    idle.push({ environment, since: host.now().getTime() });
    cleanUpLater();
  }

  function cleanUpLater(): void {
    if (stopped || all.size <= kept) return;
    cleanup ??= setTimeout(stopIdle, host.idleMs).unref();
  }

  function stopIdle(): void {
    cleanup = undefined;
    const oldest = host.now().getTime() - host.idleMs;
    while (all.size > kept) {
      const [first] = idle;
      if (first === undefined || first.since > oldest) break;
      idle.shift();
      all.delete(first.environment);
      void first.environment.stop();
    }
    if (idle.length > 0) cleanUpLater();
  }

  async function discard(environment: ExecutionEnvironment): Promise<void> {
    all.delete(environment);
    await environment.stop();
    startNext();
  }

  function invokeIn(environment: ExecutionEnvironment, payload: string, requestId: string): Promise<InvocationResult> {
    let running = true;
    host.faultInjector?.onInvoke(definition.name, () => {
      if (running) void environment.stop();
      return running;
    });
    return environment.invoke(payload, requestId).finally(() => {
      running = false;
    });
  }

  return {
    definition,
    environments: () => all.size,
    idle: () => idle.length,
    async invoke(payload) {
      const environment = await acquire();
      if (environment === undefined) return { kind: "throttled" };
      const requestId = host.newRequestId();
      const outcome = withinLimit(await invokeIn(environment, payload, requestId));
      if (outcome.kind !== "result") {
        host.log(`${host.now().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(outcome.error)}`);
      }
      if (outcome.kind === "fatal") await discard(environment);
      else release(environment);
      return outcome;
    },
    async warm(environments) {
      kept = Math.min(environments, 1);
      const missing = Math.min(environments, limit) - all.size;
      const started = Array.from({ length: Math.max(0, missing) }, start);
      await Promise.all(started.map(({ loaded }) => loaded));
      for (const environment of started) release(environment);
    },
    async stop() {
      stopped = true;
      clearTimeout(cleanup);
      for (const next of waiting.splice(0)) next(undefined);
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}

function withinLimit(outcome: InvocationResult): InvocationResult {
  if (outcome.kind !== "result" || Buffer.byteLength(outcome.payload) <= maxResponseBytes) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  return { kind: "error", error: { errorType: "Function.ResponseSizeTooLarge", errorMessage } };
}

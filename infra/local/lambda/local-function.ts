import type { FaultInjector } from "#infra/local/fault-injection.ts";
import { EnvironmentPool } from "./environment-pool.ts";
import {
  type ExecutionEnvironment,
  type InvocationResult,
  startExecutionEnvironment,
} from "./execution-environment.ts";
import type { FunctionDefinition } from "./function-definition.ts";

/** The result of an invocation beyond the reserved concurrency. */
export type ThrottledInvocation = {
  readonly kind: "throttled";
};

/** Runs a function with a JSON event. Never rejects. */
export type InvokeFunction = (payload: string) => Promise<InvocationResult | ThrottledInvocation>;

export type LocalFunction = {
  readonly definition: FunctionDefinition;
  readonly invoke: InvokeFunction;
  /** Number of environments. */
  environments(): number;
  /** Number of environments that run no invocation. */
  idle(): number;
  /** Loads environments up to the given number, within the function's limit. */
  warm(environments: number): Promise<void>;
  stop(): Promise<void>;
};

export type FunctionHost = {
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly variables: Readonly<Record<string, string>>;
  /** Maximum number of environments if the template reserves no concurrency. Invocations beyond it wait. */
  readonly concurrency: number;
  /** An environment that was idle for so long is stopped; one stays if environments were warmed. */
  readonly idleMs: number;
  readonly faultInjector?: FaultInjector | undefined;
  log(text: string): void;
};

/** Lambda's limit for a response. */
const maxResponseBytes = 6_291_556;

/** Hosts a function in as many execution environments as its load needs. */
export function createLocalFunction(definition: FunctionDefinition, host: FunctionHost): LocalFunction {
  const { reservedConcurrency } = definition;
  const pool = new EnvironmentPool({
    start: () => startExecutionEnvironment(definition, host.variables, host.log),
    limit: reservedConcurrency ?? host.concurrency,
    refusesExcess: reservedConcurrency !== undefined,
    idleMs: host.idleMs,
    now: host.now,
  });

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
    environments: () => pool.size,
    idle: () => pool.idle,
    async invoke(payload) {
      const environment = await pool.acquire();
      if (environment === undefined) return { kind: "throttled" };
      const requestId = host.newRequestId();
      const result = withinLimit(await invokeIn(environment, payload, requestId));
      if (result.kind !== "result") {
        host.log(`${host.now().toISOString()}\t${requestId}\tERROR\tInvoke Error\t${JSON.stringify(result.error)}`);
      }
      if (result.kind === "fatal") await pool.discard(environment);
      else pool.release(environment);
      return result;
    },
    warm: (environments) => pool.warm(environments),
    stop: () => pool.stop(),
  };
}

function withinLimit(result: InvocationResult): InvocationResult {
  if (result.kind !== "result" || Buffer.byteLength(result.payload) <= maxResponseBytes) return result;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  return { kind: "error", error: { errorType: "Function.ResponseSizeTooLarge", errorMessage } };
}

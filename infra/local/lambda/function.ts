import type { Faults } from "../faults.ts";
import type { FunctionDefinition } from "./definition.ts";
import { type Environment, type Outcome, startEnvironment } from "./environment.ts";

/** AWS refuses what exceeds the reserved concurrency. */
export interface Throttled {
  readonly kind: "throttled";
}

/** Runs a function with a JSON event. Never rejects. */
export type Invoke = (payload: string) => Promise<Outcome | Throttled>;

export interface LocalFunction {
  readonly definition: FunctionDefinition;
  readonly invoke: Invoke;
  stop(): Promise<void>;
}

export interface Host {
  readonly newRequestId: () => string;
  readonly now: () => Date;
  readonly variables: Readonly<Record<string, string>>;
  /** Environments at once, where the template reserves none: what exceeds them waits. */
  readonly concurrency: number;
  readonly faults?: Faults | undefined;
  log(text: string): void;
}

/** Lambda's limit for an answer. */
const maxResponseBytes = 6_291_556;

/** A function with as many environments as its load asks for; each takes one request at a time. */
export function localFunction(definition: FunctionDefinition, host: Host): LocalFunction {
  const limit = definition.reservedConcurrency ?? host.concurrency;
  const all = new Set<Environment>();
  const idle: Environment[] = [];
  const waiting: ((environment: Environment | undefined) => void)[] = [];
  let stopped = false;

  function start(): Environment {
    const environment = startEnvironment(definition, host.variables, host.log);
    all.add(environment);
    return environment;
  }

  function acquire(): Promise<Environment | undefined> | Environment | undefined {
    if (stopped) return undefined;
    for (let free = idle.pop(); free !== undefined; free = idle.pop()) {
      if (free.isAlive()) return free;
      all.delete(free);
    }
    if (all.size < limit) return start();
    if (definition.reservedConcurrency !== undefined) return undefined;
    return new Promise((resolve) => waiting.push(resolve));
  }

  function release(environment: Environment): void {
    const next = waiting.shift();
    if (next === undefined) idle.push(environment);
    else next(environment);
  }

  async function discard(environment: Environment): Promise<void> {
    all.delete(environment);
    await environment.stop();
    const next = waiting.shift();
    next?.(stopped ? undefined : start());
  }

  function invokeIn(environment: Environment, payload: string, requestId: string): Promise<Outcome> {
    let running = true;
    host.faults?.onInvoke(definition.name, () => {
      if (running) void environment.stop();
      return running;
    });
    return environment.invoke(payload, requestId).finally(() => {
      running = false;
    });
  }

  return {
    definition,
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
    async stop() {
      stopped = true;
      for (const next of waiting.splice(0)) next(undefined);
      await Promise.all([...all].map((environment) => environment.stop()));
    },
  };
}

function withinLimit(outcome: Outcome): Outcome {
  if (outcome.kind !== "result" || Buffer.byteLength(outcome.payload) <= maxResponseBytes) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`;
  return { kind: "error", error: { errorType: "Function.ResponseSizeTooLarge", errorMessage } };
}

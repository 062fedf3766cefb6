import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { Principals } from "#infra/local/iam/principals.ts";
import type { LogFiles } from "#infra/local/logs/log-files.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import { type AsyncInvoker, asyncRetryPolicy, createAsyncInvoker } from "./async-invocations.ts";
import { concurrencyOf, mappingsOf } from "./concurrency.ts";
import { environmentVariables } from "./environment-variables.ts";
import { parseEventSourceMapping } from "./event-source-mapping.ts";
import { functionDefinition } from "./function-definition.ts";
import { createLocalFunction, type LocalFunction } from "./local-function.ts";

export type HostedFunction = LocalFunction &
  Pick<AsyncInvoker, "invokeAsync"> & {
    /** Signs the requests of the function. The service proxy finds the role by it. */
    readonly accessKey: string;
    /** True if an event source mapping invokes the function. */
    readonly hasEventSources: boolean;
  };

type FunctionsOptions = {
  readonly resources: TemplateResources;
  readonly assets: ReadonlyMap<string, string>;
  readonly principals: Principals;
  readonly services: { readonly origin: string; readonly region: string };
  /** Environment variables that every function gets besides those of the template and of Lambda. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logs: LogFiles;
  readonly faultInjector: FaultInjector | undefined;
  /** Writes to the log of the runtime. */
  log(text: string): void;
};

/** Lambda keeps idle environments for minutes. Here memory is scarce, and a new environment takes 0.1 s. */
const idleMs = 15_000;

/** Returns the template's functions by name. A function is loaded when it is warmed or first invoked. */
export function hostFunctions({
  resources,
  assets,
  principals,
  services,
  variables,
  logs,
  faultInjector,
  log,
}: FunctionsOptions): Map<string, HostedFunction> {
  const mappings = resources.ofType("AWS::Lambda::EventSourceMapping");
  const sources = mappings.map(parseEventSourceMapping).filter((source) => source !== undefined);
  const now = () => new Date();
  return new Map(
    resources.ofType("AWS::Lambda::Function").map((resource) => {
      const definition = functionDefinition(resource, assets);
      const accessKey = principals.addFunction(definition.name, definition.roleArn);
      const fn = createLocalFunction(definition, {
        newRequestId: randomUUID,
        now,
        faultInjector,
        concurrency: concurrencyOf(definition, sources),
        idleMs,
        variables: { ...environmentVariables(definition, { ...services, accessKey }), ...variables },
        log: (text) => logs.write(definition.logGroup, text),
      });
      const later = createAsyncInvoker({
        policy: asyncRetryPolicy(definition, resources),
        invoke: fn.invoke,
        now,
        wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
        log: (text) => log(`${definition.name}: ${text}`),
      });
      const stop = () => {
        later.stop();
        return fn.stop();
      };
      const hasEventSources = mappingsOf(definition, sources).length > 0;
      return [definition.name, { ...fn, invokeAsync: later.invokeAsync, stop, accessKey, hasEventSources }];
    }),
  );
}

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { parseEventSourceMapping } from "#infra/local/event-source-mappings/event-source-mapping.ts";
import type { FaultInjector } from "#infra/local/fault-injection.ts";
import type { LogFiles } from "#infra/local/logs/log-files.ts";
import type { Principals } from "#infra/local/iam/principals.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";
import { type AsyncInvoker, asyncRetryPolicy, createAsyncInvoker } from "./async-invocations.ts";
import { concurrencyOf, mappingsOf } from "./concurrency.ts";
import { functionDefinition } from "./function-definition.ts";
import { createLocalFunction, type LocalFunction } from "./local-function.ts";
import { environmentVariables } from "./environment-variables.ts";

export type HostedFunction = LocalFunction &
  Pick<AsyncInvoker, "invokeAsync"> & {
    /** What the function signs its requests with, by which the gate knows its role. */
    readonly accessKey: string;
    /** Whether an event source feeds it. */
    readonly hasEventSources: boolean;
  };

type FunctionsOptions = {
  readonly resources: TemplateResources;
  readonly assets: ReadonlyMap<string, string>;
  readonly principals: Principals;
  readonly services: { readonly origin: string; readonly region: string };
  readonly logs: LogFiles;
  readonly faultInjector: FaultInjector | undefined;
  /** Tells what the runtime itself does. */
  log(text: string): void;
};

/** Lambda keeps idle environments for minutes; memory is scarcer on a laptop, and a new one is there in 0.1 s. */
const idleMs = 15_000;

/** The template's functions by name; none of them is loaded before it is warmed or invoked. */
export function hostFunctions({
  resources,
  assets,
  principals,
  services,
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
        variables: environmentVariables(definition, { ...services, accessKey }),
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

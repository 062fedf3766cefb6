import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { sourceDefinition } from "#infra/local/event-source-mappings/definition.ts";
import type { Faults } from "#infra/local/fault-injection.ts";
import type { Logs } from "#infra/local/logs.ts";
import type { Principals } from "#infra/local/service-proxy/principals.ts";
import type { Resources } from "#infra/local/template/resources.ts";
import { type AsyncInvocations, asyncInvocations, asyncRules } from "./async-invocations.ts";
import { concurrencyOf, sourcesOf } from "./concurrency.ts";
import { functionDefinition } from "./definition.ts";
import { type LocalFunction, localFunction } from "./function.ts";
import { environmentVariables } from "./variables.ts";

export interface HostedFunction extends LocalFunction, Pick<AsyncInvocations, "accept"> {
  /** What the function signs its requests with, by which the gate knows its role. */
  readonly accessKey: string;
  /** Whether an event source feeds it. */
  readonly hasSources: boolean;
}

interface Options {
  readonly resources: Resources;
  readonly assets: ReadonlyMap<string, string>;
  readonly principals: Principals;
  readonly services: { readonly origin: string; readonly region: string };
  readonly logs: Logs;
  readonly faults: Faults | undefined;
  /** Tells what the runtime itself does. */
  log(text: string): void;
}

/** Lambda keeps idle environments for minutes; memory is scarcer on a laptop, and a new one is there in 0.1 s. */
const idleMs = 15_000;

/** The template's functions by name; none of them is loaded before it is warmed or invoked. */
export function hostFunctions({
  resources,
  assets,
  principals,
  services,
  logs,
  faults,
  log,
}: Options): Map<string, HostedFunction> {
  const mappings = resources.ofType("AWS::Lambda::EventSourceMapping");
  const sources = mappings.map(sourceDefinition).filter((source) => source !== undefined);
  const now = () => new Date();
  return new Map(
    resources.ofType("AWS::Lambda::Function").map((resource) => {
      const definition = functionDefinition(resource, assets);
      const accessKey = principals.addFunction(definition.name, definition.roleArn);
      const fn = localFunction(definition, {
        newRequestId: randomUUID,
        now,
        faults,
        concurrency: concurrencyOf(definition, sources),
        idleMs,
        variables: environmentVariables(definition, { ...services, accessKey }),
        log: (text) => logs.write(definition.logGroup, text),
      });
      const later = asyncInvocations({
        rules: asyncRules(definition, resources),
        invoke: fn.invoke,
        now,
        wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => {}),
        log: (text) => log(`${definition.name}: ${text}`),
      });
      const stop = () => {
        later.stop();
        return fn.stop();
      };
      const hasSources = sourcesOf(definition, sources).length > 0;
      return [definition.name, { ...fn, accept: later.accept, stop, accessKey, hasSources }];
    }),
  );
}

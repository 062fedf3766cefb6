import { randomUUID } from "node:crypto";
import type { Principals } from "../gate/principals.ts";
import type { Logs } from "../logs.ts";
import type { Resources } from "../template/resources.ts";
import { functionDefinition } from "./definition.ts";
import { type LocalFunction, localFunction } from "./function.ts";
import { environmentVariables } from "./variables.ts";

export interface HostedFunction extends LocalFunction {
  /** What the function signs its requests with, by which the gate knows its role. */
  readonly accessKey: string;
}

interface Options {
  readonly resources: Resources;
  readonly assets: ReadonlyMap<string, string>;
  readonly principals: Principals;
  readonly services: { readonly origin: string; readonly region: string };
  readonly logs: Logs;
}

/** The template's functions by name; none of them is loaded before its first invocation. */
export function hostFunctions({ resources, assets, principals, services, logs }: Options): Map<string, HostedFunction> {
  return new Map(
    resources.ofType("AWS::Lambda::Function").map((resource) => {
      const definition = functionDefinition(resource, assets);
      const accessKey = principals.addFunction(definition.name, definition.roleArn);
      const fn = localFunction(definition, {
        newRequestId: randomUUID,
        now: () => new Date(),
        variables: environmentVariables(definition, { ...services, accessKey }),
        log: (text) => logs.write(definition.logGroup, text),
      });
      return [definition.name, { ...fn, accessKey }];
    }),
  );
}

import { Component } from "./component.ts";
import type { Operation } from "./operation.ts";
import type { Parameter } from "./parameter.ts";

/** What the OpenAPI description says of an operation, in addition to its definition. */
export type OperationDescription = {
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
};

/** A definition, and the function that describes it. */
export type DescribedOperation = readonly [
  operation: Omit<Operation<never>, "handle" | "route">,
  describe: () => OperationDescription,
];

type PathItem = Record<string, object>;

/** The scheme of operations that accept viewer tokens. */
export const viewerTokenScheme = "viewerToken";

/**
 * Returns the paths of operations. Each of the `schemes` authenticates their requests, and viewer tokens do where they
 * are accepted.
 */
export function describeOperations(
  operations: readonly DescribedOperation[],
  schemes: readonly string[],
): Record<string, PathItem> {
  const paths: Record<string, PathItem> = {};
  for (const [operation, describe] of operations) {
    const { operationId, method, path, scope, parameters, acceptsViewerTokens } = operation;
    const accepted = acceptsViewerTokens ? [...schemes, viewerTokenScheme] : schemes;
    const { summary, description, tags, ...rest } = describe();
    paths[path] = {
      ...paths[path],
      [method.toLowerCase()]: {
        operationId,
        summary,
        ...(description !== undefined && { description }),
        tags,
        security: accepted.map((scheme) => ({ [scheme]: scope === null ? [] : [scope] })),
        ...(parameters.length > 0 && { parameters: parameters.map(describeParameter) }),
        ...rest,
      },
    };
  }
  return paths;
}

function describeParameter(parameter: Parameter): object {
  const { component, parse: _, containsSlashes: __, ...described } = parameter;
  return component === undefined ? described : new Component("parameters", component, described);
}

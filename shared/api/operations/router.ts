import { ActivityError } from "#shared/errors.ts";
import type { Operation, PathValues } from "./operation.ts";
import type { Parameter } from "./parameter.ts";

type Routable = Pick<Operation<never>, "method" | "path" | "parameters">;

/** The operation of a request, and what the path of the request contains. */
export type Route<Routed> = { readonly operation: Routed; readonly path: PathValues };

export type Router<Routed> = (method: string, path: string) => Route<Routed>;

type RouterTexts = {
  /** Returns the error of an unknown path. */
  readonly notFound?: () => ActivityError;
  /** What error messages call that which has a path. */
  readonly noun?: string;
};

/**
 * Creates a function that finds the operation of a request, whose path is decoded. It throws `ActivityError` `not_found` if
 * no operation has the path, and `method_not_allowed` if none has the method.
 */
export function createRouter<Routed extends Routable>(
  operations: readonly Routed[],
  { notFound = resourceNotFound, noun = "resource" }: RouterTexts = {},
): Router<Routed> {
  const matchers = operations.map((operation) => ({ operation, pattern: toPattern(operation) }));
  const isReadOnly = operations.every(({ method }) => method === "GET");
  return (method, path) => {
    for (const { operation, pattern } of matchers) {
      const match = operation.method === method ? pattern.exec(path) : null;
      if (match !== null) return { operation, path: match.groups ?? {} };
    }
    const others = matchers.filter(({ pattern }) => pattern.test(path)).map(({ operation }) => operation);
    throw others.length === 0 ? notFound() : methodNotAllowed(others, isReadOnly, noun);
  };
}

/** Whether an operation has a decoded path. */
export function matchesPath(operation: Routable, path: string): boolean {
  return toPattern(operation).test(path);
}

function resourceNotFound(): ActivityError {
  return new ActivityError("not_found", "Resource not found. Check the path.");
}

/** HEAD is allowed wherever GET is (RFC 9110, section 9.3.2). */
function methodNotAllowed(operations: readonly Routable[], isReadOnly: boolean, noun: string): ActivityError {
  const allow = operations.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : method)).join(", ");
  const message = isReadOnly ? `This ${noun} is read-only. Use GET or HEAD.` : `This ${noun} accepts only ${allow}.`;
  return new ActivityError("method_not_allowed", message, { allow });
}

function toPattern({ path, parameters }: Routable): RegExp {
  const source = path.replaceAll(".", String.raw`\.`).replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    return `(?<${name}>${containsSlashes(parameters, name) ? ".+" : "[^/]+"})`;
  });
  return new RegExp(`^${source}$`, "s");
}

function containsSlashes(parameters: readonly Parameter[], name: string): boolean {
  return parameters.some(
    (parameter) => parameter.in === "path" && parameter.name === name && parameter.containsSlashes,
  );
}

/** Returns the percent-encoded path of an operation. */
export function fillPath(template: string, values: PathValues): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((values[name] ?? "").toWellFormed()),
  );
}

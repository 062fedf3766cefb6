import { isPathSegment } from "#clients/client/http/path-segment.ts";
import type { OperationDescription, ParameterDescription } from "#clients/console/reference/description/operation.ts";

/** What the reader has entered: values by the location and name of a parameter, and the body. */
export type RequestInput = { readonly values: Readonly<Record<string, string>>; readonly body: string };

export type BuiltRequest = {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
};

/** Identifies a parameter: a name may occur in the path and in the query. */
export function toParameterKey(parameter: Pick<ParameterDescription, "in" | "name">): string {
  return `${parameter.in}:${parameter.name}`;
}

/** Returns the request of an operation. Parameters without a value are left out. */
export function buildRequest(operation: OperationDescription, { values, body }: RequestInput): BuiltRequest {
  const filled = operation.parameters.flatMap((parameter) => {
    const value = values[toParameterKey(parameter)]?.trim() ?? "";
    return value === "" ? [] : [{ ...parameter, value }];
  });
  const within = (place: ParameterDescription["in"]) => filled.filter((parameter) => parameter.in === place);
  const path = within("path").reduce(
    (text, { name, value }) => text.replace(`{${name}}`, encodeURIComponent(value)),
    operation.path,
  );
  const query = new URLSearchParams(within("query").map(({ name, value }): [string, string] => [name, value]));
  const [media] = operation.bodies;
  const hasBody = media !== undefined && body.trim() !== "";
  const headers = Object.fromEntries(within("header").map(({ name, value }) => [name, value]));
  return {
    method: operation.method,
    path: query.size === 0 ? path : `${path}?${query}`,
    headers: hasBody ? { ...headers, "Content-Type": media.mediaType } : headers,
    body: hasBody ? body : null,
  };
}

/** Returns what keeps a request from being sent: `null`, or the missing or unusable parameter or the fault of the body. */
export function findInputProblem(operation: OperationDescription, { values, body }: RequestInput): string | null {
  const missing = operation.parameters.find(
    (parameter) => parameter.isRequired && (values[toParameterKey(parameter)] ?? "").trim() === "",
  );
  if (missing !== undefined) return `Enter ${missing.name}.`;
  const unusable = operation.parameters.find(
    (parameter) => parameter.in === "path" && !isPathSegment((values[toParameterKey(parameter)] ?? "").trim()),
  );
  if (unusable !== undefined) return `Enter another ${unusable.name}: this one would lead to another path.`;
  const isJson = operation.bodies[0]?.mediaType === "application/json" && body.trim() !== "";
  return isJson && !isJsonText(body) ? "The body is not valid JSON." : null;
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

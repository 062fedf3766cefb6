import { assertKnownParameters, singleParam } from "#shared/api/http/parameters.ts";
import type { Parameter, QueryParameter } from "./parameter.ts";

/** The values of the parsed parameters among `Parameters`, by their names. */
export type ParameterValues<Parameters extends readonly Parameter[]> = {
  readonly [P in Extract<Parameters[number], QueryParameter> as P["name"]]: ReturnType<P["parse"]>;
};

/** Returns the names of the parameters in the query, in their order. */
export function queryNames(parameters: readonly Parameter[]): readonly string[] {
  return parameters.flatMap((parameter) => (parameter.in === "query" ? [parameter.name] : []));
}

/**
 * Parses the query of a request. Throws `ActivityError` `invalid_value` with the name of the first parameter that is
 * unknown, repeated or invalid.
 */
export function parseParameters<Parameters extends readonly Parameter[]>(
  query: URLSearchParams,
  parameters: Parameters,
): ParameterValues<Parameters> {
  assertKnownParameters(query, queryNames(parameters));
  return parseValues(query, parameters);
}

/** Parses the query of a request like `parseParameters`, but ignores unknown parameters. */
export function parseValues<Parameters extends readonly Parameter[]>(
  query: URLSearchParams,
  parameters: Parameters,
): ParameterValues<Parameters> {
  const values: Record<string, unknown> = {};
  for (const { name, parse } of parameters) {
    if (parse !== undefined) values[name] = parse(singleParam(query, name));
  }
  // Each value is what the parser of its parameter returned.
  return values as ParameterValues<Parameters>;
}

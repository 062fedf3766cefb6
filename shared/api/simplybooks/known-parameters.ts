import { findUnknownParam, invalidValue } from "#shared/api/http/parameters.ts";
import type { Parameter } from "#shared/api/operations/parameter.ts";
import { queryNames } from "#shared/api/operations/parse-parameters.ts";
import { findNearest } from "#shared/platform/did-you-mean.ts";

/**
 * Throws `ActivityError` `invalid_value` if a parameter is unknown: ignoring a misspelt filter would return activities
 * that it was meant to exclude.
 */
export function assertKnownParameters(query: URLSearchParams, parameters: readonly Parameter[]): void {
  if (query.has("sort"))
    throw invalidValue("sort", "sort unknown: no sorting possible, activities are listed newest first");
  const known = queryNames(parameters);
  const name = findUnknownParam(query, known);
  if (name === null) return;
  const closest = findNearest(name, known);
  const hint = closest === null ? "" : ` did you mean ${closest}?`;
  throw invalidValue(name, `${name} unknown:${hint} the parameters are ${known.join(", ")}`);
}

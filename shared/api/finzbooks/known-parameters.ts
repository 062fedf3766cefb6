import { invalid, unknownParameter } from "#shared/api/http/parameters.ts";
import { suggestion } from "#shared/platform/did-you-mean.ts";

/**
 * Refuses a parameter that a route does not know: a filter that is misspelt and ignored would answer with the events
 * that it was to leave out. Throws `ActivityError` `invalid_value` with the parameter and the names that are known.
 */
export function assertKnownParameters(query: URLSearchParams, known: readonly string[]): void {
  const name = unknownParameter(query, known);
  if (name === null) return;
  throw invalid(name, `Unknown parameter '${name}'.${suggestion(name, known)}`, { valid: known });
}

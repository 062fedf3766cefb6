import type { EventSourceMapping } from "./event-source-mapping.ts";
import type { FunctionDefinition } from "./function-definition.ts";

/** A laptop has a few cores, not a thousand: what exceeds this waits, unless the template reserves concurrency. */
const defaultConcurrency = 10;

/** A source may ask for more, for a function that mostly waits on others: that takes memory, but no cores. */
export const maxLocalConcurrency = 16;

/** The event sources that feed a function. */
export function mappingsOf(
  { name, arn }: Pick<FunctionDefinition, "name" | "arn">,
  sources: readonly EventSourceMapping[],
): EventSourceMapping[] {
  return sources.filter(({ functionName }) => [name, arn].includes(functionName));
}

/** Returns the maximum number of environments of a function, from the event sources of the template. */
export function concurrencyOf(
  fn: Pick<FunctionDefinition, "name" | "arn">,
  sources: readonly EventSourceMapping[],
): number {
  const asked = mappingsOf(fn, sources).reduce((sum, { concurrency }) => sum + concurrency, 0);
  return Math.min(Math.max(asked, defaultConcurrency), maxLocalConcurrency);
}

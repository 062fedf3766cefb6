import type { SourceDefinition } from "#infra/local/event-source-mappings/definition.ts";
import type { FunctionDefinition } from "./definition.ts";

/** A laptop has a few cores, not a thousand: what exceeds this waits, unless the template reserves concurrency. */
const usualConcurrency = 10;

/** A source may ask for more, for a function that mostly waits on others: that takes memory, but no cores. */
export const laptopConcurrency = 16;

/** The event sources that feed a function. */
export function sourcesOf(
  { name, arn }: Pick<FunctionDefinition, "name" | "arn">,
  sources: readonly SourceDefinition[],
): SourceDefinition[] {
  return sources.filter(({ functionName }) => [name, arn].includes(functionName));
}

/** How many environments a function may have at once, given the event sources of the template. */
export function concurrencyOf(
  fn: Pick<FunctionDefinition, "name" | "arn">,
  sources: readonly SourceDefinition[],
): number {
  const asked = sourcesOf(fn, sources).reduce((sum, { concurrency }) => sum + concurrency, 0);
  return Math.min(Math.max(asked, usualConcurrency), laptopConcurrency);
}

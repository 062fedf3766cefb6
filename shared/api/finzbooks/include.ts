import { invalidValue } from "#shared/api/http/parameters.ts";
import type { ProjectableField } from "#shared/events/query/query.ts";

/** What is only in the body of a page for a caller that asks for it. */
export const includeOptions = ["actor", "text", "related", "cursor"] as const;

export type IncludeOption = (typeof includeOptions)[number];

/** Reads a list of names, separated by commas. Throws `ActivityError` `invalid_value` for one that is unknown. */
export function parseInclude(text: string | null): ReadonlySet<IncludeOption> {
  const included = new Set<IncludeOption>();
  for (const name of text?.split(",") ?? []) {
    const known = includeOptions.find((candidate) => candidate === name);
    if (known === undefined) {
      const message = `Unknown name '${name.slice(0, 64)}' in include: it takes ${includeOptions.join(", ")}.`;
      throw invalidValue("include", message, { valid: includeOptions });
    }
    included.add(known);
  }
  return included;
}

/** The stored parts that have to be read for what is included. */
export function toProjection(included: ReadonlySet<IncludeOption>): ProjectableField[] {
  return (["actor", "text", "related"] as const).filter((part) => included.has(part));
}

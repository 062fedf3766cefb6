import { invalid } from "#shared/api/http/parameters.ts";
import type { EventPart } from "#shared/events/query/query.ts";

/** What is only in the body of a page for a caller that asks for it. */
export const includable = ["actor", "text", "related", "cursor"] as const;

export type Inclusion = (typeof includable)[number];

/** Reads a list of names, separated by commas. Throws `ActivityError` `invalid_value` for one that is unknown. */
export function readInclude(text: string | null): ReadonlySet<Inclusion> {
  const included = new Set<Inclusion>();
  for (const name of text?.split(",") ?? []) {
    const known = includable.find((candidate) => candidate === name);
    if (known === undefined) {
      const message = `Unknown name '${name.slice(0, 64)}' in include: it takes ${includable.join(", ")}.`;
      throw invalid("include", message, { valid: includable });
    }
    included.add(known);
  }
  return included;
}

/** The stored parts that have to be read for what is included. */
export function includedParts(included: ReadonlySet<Inclusion>): EventPart[] {
  return (["actor", "text", "related"] as const).filter((part) => included.has(part));
}

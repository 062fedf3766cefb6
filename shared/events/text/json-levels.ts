import { maxDepth } from "#shared/events/limits.ts";

/** Says in JSON Schema that a text has no character that the pattern finds. */
export function withoutPattern(pattern: string) {
  return { not: { type: "string", pattern } } as const;
}

export const nul = "\u0000";

const noNul = withoutPattern(nul);

/** Refers to the definition of a JSON value with at most so many levels of arrays and objects. */
export function levelReference(levels: number) {
  return { $ref: `#/$defs/json${levels}` } as const;
}

/** What a JSON object with at most so many levels, itself one of them, holds. JSON Schema has no keyword for depth. */
export function objectOfLevels(levels: number) {
  return { propertyNames: noNul, additionalProperties: levelReference(levels - 1) } as const;
}

/** The definitions that `levelReference` refers to, from scalars to the depth that an event may have. */
export function levelDefinitions(): Readonly<Record<string, object>> {
  const scalars = [{ type: ["null", "boolean", "number"] }, { type: "string", ...noNul }];
  const definitions = Array.from({ length: maxDepth }, (_, levels) => {
    const nested = [
      { type: "array", items: levelReference(levels - 1) },
      { type: "object", ...objectOfLevels(levels) },
    ];
    return [`json${levels}`, { anyOf: levels === 0 ? scalars : [...scalars, ...nested] }] as const;
  });
  return Object.fromEntries(definitions);
}

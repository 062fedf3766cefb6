import { maxDepth } from "#shared/events/limits.ts";

/** Returns a JSON Schema for texts in which a pattern does not match. */
export function withoutPattern(pattern: string) {
  return { not: { type: "string", pattern } } as const;
}

export const nul = "\u0000";

const noNul = withoutPattern(nul);

/** Returns a reference to the definition of a JSON value with at most `levels` nested arrays and objects. */
export function levelReference(levels: number) {
  return { $ref: `#/$defs/json${levels}` } as const;
}

/**
 * Returns a schema for an object with at most `levels` levels, including itself. JSON Schema has no keyword for depth.
 */
export function objectOfLevels(levels: number) {
  return { propertyNames: noNul, additionalProperties: levelReference(levels - 1) } as const;
}

/** Returns the definitions for `levelReference`, from scalars to the depth that an event may have. */
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

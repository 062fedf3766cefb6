import * as z from "zod/mini";

/**
 * Returns checks that limit a text to UTF-16 code units. zod and JSON Schema count code points, but the parsers of
 * stored texts count units and would treat a longer text as damaged.
 */
export function maxCodeUnits(max: number) {
  const units = z.refine<string>((text) => text.length <= max, `must have at most ${max} UTF-16 code units`);
  return [z.maxLength(max, { abort: true }), units] as const;
}

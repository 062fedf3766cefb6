import * as z from "zod/mini";

/**
 * Limits a text to so many UTF-16 code units. zod counts code points, and JSON Schema does, too; everything that parses
 * stored texts counts units, and would take a longer text for damage.
 */
export function maxCodeUnits(max: number) {
  const units = z.refine<string>((text) => text.length <= max, `must have at most ${max} UTF-16 code units`);
  return [z.maxLength(max, { abort: true }), units] as const;
}

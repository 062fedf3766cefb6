/** The points of a line in a box, for an SVG `polyline`. */
export type Sparkline = { readonly points: string; readonly lastX: number; readonly lastY: number };

/**
 * Returns the line of values from left to right in a box, with room for its width at the edges. The lowest edge is zero, so
 * that heights compare. `null` for fewer than two values.
 */
export function toSparkline(values: readonly number[], width: number, height: number): Sparkline | null {
  if (values.length < 2) return null;
  const top = Math.max(...values, 1);
  const xOf = (index: number) => round(1.5 + (index / (values.length - 1)) * (width - 3));
  const yOf = (value: number) => round(height - 1.5 - (value / top) * (height - 3));
  const points = values.map((value, index) => `${xOf(index)},${yOf(value)}`).join(" ");
  return { points, lastX: xOf(values.length - 1), lastY: yOf(values.at(-1) ?? 0) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

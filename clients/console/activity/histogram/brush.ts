/** The bars that are selected: from the first to before the end. */
export type Brush = { readonly first: number; readonly end: number };

export type BrushHandle = "first" | "end";

/**
 * Moves a handle of the selection by a number of bars. The selection keeps one bar at least, and stays within the bars. Without
 * a selection, all are selected first.
 */
export function moveHandle(brush: Brush | null, handle: BrushHandle, step: number, barCount: number): Brush {
  const { first, end } = brush ?? { first: 0, end: barCount };
  if (handle === "first") return { first: Math.max(0, Math.min(first + step, end - 1)), end };
  return { first, end: Math.min(barCount, Math.max(end + step, first + 1)) };
}

/** Returns how far a key moves a handle: by one bar, by ten, or to the end; `null` for other keys. */
export function toStep(key: string, barCount: number): number | null {
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return -1;
    case "ArrowRight":
    case "ArrowUp":
      return 1;
    case "PageDown":
      return -10;
    case "PageUp":
      return 10;
    case "Home":
      return -barCount;
    case "End":
      return barCount;
    default:
      return null;
  }
}

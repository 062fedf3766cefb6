/** The rows of a list that are rendered: from `first` up to, but not including, `end`. */
export type RowRange = { readonly first: number; readonly end: number };

/** Rows that are rendered beyond the edges, so that none is missing while the list scrolls. */
const overscan = 8;

/** Returns which rows of the same height are visible in a list that is scrolled so far. */
export function findVisibleRows(
  { scrollTop, height }: { readonly scrollTop: number; readonly height: number },
  rowHeight: number,
  count: number,
): RowRange {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - overscan);
  return { first, end: Math.min(count, Math.ceil((scrollTop + height) / rowHeight) + overscan) };
}

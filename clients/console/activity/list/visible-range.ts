export type Viewport = {
  /** Pixels of the list that are above the window; negative if it begins below its top. */
  readonly offset: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly rowCount: number;
};

/** Rows that are rendered beyond each edge, so that scrolling finds them there. */
const overscan = 8;

/** Returns the rows that are rendered: from the first to before the end. */
export function getVisibleRange({
  offset,
  height,
  rowHeight,
  rowCount,
}: Viewport): readonly [first: number, end: number] {
  const first = Math.floor(offset / rowHeight) - overscan;
  const end = Math.ceil((offset + height) / rowHeight) + overscan;
  return [Math.max(0, Math.min(first, rowCount)), Math.max(0, Math.min(end, rowCount))];
}

export type Viewport = {
  /** Pixels of the list that are above the window; negative if it begins below its top. */
  readonly offset: number;
  readonly height: number;
  readonly rowCount: number;
  /** Returns the pixels above a row. */
  toTop(row: number): number;
};

/** Rows that are rendered beyond each edge, so that scrolling finds them there. */
const overscan = 8;

/** Returns the rows that are rendered: from the first to before the end. */
export function getVisibleRange({ offset, height, rowCount, toTop }: Viewport): readonly [first: number, end: number] {
  const first = findFirstRow((row) => toTop(row + 1) > offset, rowCount);
  const end = findFirstRow((row) => toTop(row) >= offset + height, rowCount);
  return [Math.max(0, first - overscan), Math.min(end + overscan, rowCount)];
}

/** Returns the first row for which a condition holds that holds for all rows after it, too. */
function findFirstRow(holds: (row: number) => boolean, rowCount: number): number {
  let low = 0;
  let high = rowCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

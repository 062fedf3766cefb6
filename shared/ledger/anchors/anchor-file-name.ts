const indexDigits = 10;

/** Returns the name of the file of a round, so that files sort by the index of the round. */
export function anchorFileName(index: number): string {
  return String(index).padStart(indexDigits, "0");
}

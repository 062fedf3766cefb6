import { chunkEntries } from "#shared/ledger/chunk.ts";

/**
 * Returns the last tile of a log that starts before a time (in Unix milliseconds), or the first tile: no entry before it was
 * sequenced at that time or later. Steps back from the end in growing steps, then bisects, so recent times need few reads.
 * Times before the log need one.
 */
export async function findStartTile(
  size: number,
  time: number,
  timeOfTile: (tile: number) => Promise<number>,
): Promise<number> {
  if ((await timeOfTile(0)) >= time) return 0;
  let after = Math.ceil(size / chunkEntries);
  let before = after - 1;
  for (let step = 1; before > 0 && (await timeOfTile(before)) >= time; step *= 2) {
    after = before;
    before = Math.max(0, before - step);
  }
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if ((await timeOfTile(middle)) < time) before = middle;
    else after = middle;
  }
  return before;
}

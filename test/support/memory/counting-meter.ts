import type { ReadMeter } from "#shared/events/query/query.ts";

/** A meter that never refuses a read. */
export function countingMeter(): ReadMeter & { units(): number; reads(): number } {
  let total = 0;
  let count = 0;
  return {
    next: async () => undefined,
    add(units) {
      total += units;
      count += 1;
    },
    units: () => total,
    reads: () => count,
  };
}

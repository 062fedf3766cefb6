import { type BucketUnit, bucketUnits, floorLocal, nextLocal, widestUnit } from "./bucket-unit.ts";
import type { ZonedTime } from "./zoned-time.ts";

/** How many events there are in each span of time. */
export type Histogram = {
  readonly unit: string;
  /** The starts of the bars and the end of the last one, ascending, as Unix times in milliseconds. */
  readonly edges: readonly number[];
  /** One less than there are edges. */
  readonly counts: readonly number[];
};

export type TimeRange = { readonly fromMs: number; readonly toMs: number };

/** The most bars that are distinguished. */
const maxBuckets = 90;

/**
 * Counts events, given by their times, in the bars of a range. The bars have the narrowest unit of which fewer than ninety
 * cover the range, and begin where the unit begins in the time zone: a day on which clocks change has 23 or 25 hours.
 */
export function createHistogram(timesMs: Iterable<number>, range: TimeRange, zone: ZonedTime): Histogram {
  const unit = chooseUnit(range);
  const edges = listEdges(unit, range, zone);
  const counts = new Array<number>(edges.length - 1).fill(0);
  for (const timeMs of timesMs) {
    const index = findBucket(edges, timeMs);
    if (index !== -1) counts[index] = (counts[index] ?? 0) + 1;
  }
  return { unit: unit.name, edges, counts };
}

function chooseUnit({ fromMs, toMs }: TimeRange): BucketUnit {
  return bucketUnits.find(({ ms }) => (toMs - fromMs) / ms < maxBuckets - 2) ?? widestUnit;
}

function listEdges(unit: BucketUnit, { fromMs, toMs }: TimeRange, zone: ZonedTime): readonly number[] {
  const edges: number[] = [];
  let localMs = floorLocal(unit, zone.toLocal(fromMs));
  let edge = zone.fromLocal(localMs);
  while (edge <= toMs) {
    edges.push(edge);
    localMs = nextLocal(unit, localMs);
    const next: number = unit.kind === "fixed" ? edge + unit.ms : zone.fromLocal(localMs);
    // A skipped wall clock time is the same as the one after it.
    edge = next > edge ? next : edge + unit.ms;
  }
  return [...edges, edge];
}

/** Returns the bar in which a time lies; -1 outside of all. */
export function findBucket(edges: readonly number[], timeMs: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] ?? 0) <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low === 0 || low === edges.length ? -1 : low - 1;
}

import type { ReadMeter } from "./query.ts";

/** Runs a read that a meter counts: the units of its result, or none if it fails. Throws like the meter and the read. */
export async function meterRead<T>(
  meter: ReadMeter,
  read: () => Promise<T>,
  unitsOf: (result: T) => number,
): Promise<T> {
  await meter.next();
  let units = 0;
  try {
    const result = await read();
    units = unitsOf(result);
    return result;
  } finally {
    meter.add(units);
  }
}
